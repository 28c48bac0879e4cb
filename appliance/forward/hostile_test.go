package forward

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
	"sallyport/state"
)

// piece is a fragment of a datagram of UDP in a hostile set: where it is and
// what fills it.
func piece(offset, size int, more bool, fill byte) nettest.Packet {
	data := slices.Repeat([]byte{fill}, size)
	whole := nettest.UDP(client, server, nettest.Payload(200))
	if offset == 0 {
		copy(data, whole.Bytes[20:28])
	}
	return nettest.Piece(whole, offset, data, more, 0x4242)
}

// TestHostileFragments: sets of fragments that were made to crash hosts, or to
// get past those who look at fragments one at a time. None of them passes, not
// even in part, and none is forgotten: each packet is refused for a reason, or
// was held and is given up.
func TestHostileFragments(t *testing.T) {
	tcp := func(offset, size int, more bool, with ...nettest.Option) nettest.Packet {
		return nettest.TCP(client, server, append(with, nettest.Payload(60), nettest.Fragment(offset, size, more, 0x4242))...)
	}
	for name, packets := range map[string][]nettest.Packet{
		"teardrop":                 {piece(0, 36+4, true, 0), piece(24, 4, false, 1)},
		"newtear":                  {piece(0, 48, true, 0), piece(24, 20, false, 1)},
		"bonk":                     {piece(0, 32, true, 0), piece(48, 8, true, 1), piece(40, 24, false, 2)},
		"boink":                    {piece(0, 48, true, 0), piece(32, 48, false, 1)},
		"nestea":                   {piece(0, 32, true, 0), piece(48, 112, false, 1), piece(16, 224, true, 2)},
		"syndrop":                  {tcp(0, 32, true, nettest.Flags("S")), tcp(24, 4, false)},
		"Rose: the ends alone":     {piece(0, 32, true, 0), piece(64800, 32, false, 1)},
		"New Dawn: the last again": {piece(0, 32, true, 0), piece(64800, 32, false, 1), piece(64800, 32, false, 1), piece(64800, 32, false, 1)},
		"jolt2":                    {jolt2(0x4242), jolt2(0x4242), jolt2(0x4242)},
		"ping of death":            {piece(0, 1480, true, 0), piece(65120, 1000, false, 1)},
		"tiny first (RFC 1858)":    {tcp(0, 8, true, nettest.Flags("S")), tcp(8, 72, false, nettest.Flags("S"))},
		"offset 1 (RFC 1858)":      {tcp(0, 24, true, nettest.Flags("A")), tcp(8, 72, false, nettest.Flags("S"))},
		"two firsts (RFC 3128)":    {tcp(0, 24, true, nettest.Flags("A")), tcp(0, 24, true, nettest.Flags("S"))},
		"the first's ports again":  {piece(0, 40, true, 0), piece(0, 8, true, 1), piece(40, 40, false, 0)},
		"nothing and more":         {piece(0, 40, true, 0), piece(40, 0, true, 0), piece(40, 40, false, 0).Cut(20)},
		"an empty last":            {piece(0, 40, true, 0), piece(40, 0, false, 0)},
		"two ends":                 {piece(0, 40, true, 0), piece(80, 40, false, 0), piece(120, 40, false, 0), piece(40, 40, true, 0)},
	} {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(6) { // whatever their order
				order := rand.New(rand.NewPCG(seed, 0)).Perm(len(packets))
				r := newRig(t, outward())
				for _, i := range order {
					if res := r.send(in, packets[i]); res.Verdict == netstack.Pass {
						t.Fatalf("order %v: packet %d passes", order, i)
					}
				}
				r.wait(time.Minute)
				r.engine.Fragments.Sweep(r.now, 10)
				if n := total(r.everyRefusal()); n != uint64(len(packets)) {
					t.Errorf("order %v: %d of %d packets are accounted for: %v", order, n, len(packets), words(r.everyRefusal()))
				}
				if r.engine.Table.Len() != 0 {
					t.Errorf("order %v: a session began", order)
				}
			}
		})
	}
}

func total(n [netstack.Reasons]uint64) (sum uint64) {
	for _, count := range n {
		sum += count
	}
	return sum
}

// Test7112HeaderChains: those that hide what the packet is from whoever looks at
// the first fragment alone.
func Test7112HeaderChains(t *testing.T) {
	options := []byte{0, 1, 4, 0, 0, 0, 0} // six bytes of padding
	for name, c := range map[string]struct {
		p    nettest.Packet
		want netstack.Reason
	}{
		"the chain ends beyond the first": {nettest.IP("fd00:1::10", "fd00:9::7", 60, nettest.PayloadBytes([]byte{6, 2, 1, 4, 0, 0, 0, 0}), nettest.Fragment(0, 8, true, 1)), netstack.FragShort},
		"no header at all in the first":   {nettest.TCP(client6, server6, nettest.Payload(80), nettest.Fragment(0, 8, true, 1)), netstack.FragShort},
		"a fragment header in the second": {nettest.UDP(client6, server6, nettest.Extension(44, 0, 0, 0, 0, 0, 0, 1), nettest.Payload(80), nettest.Fragment(0, 40, true, 1)), netstack.BadHeader},
		"a routing header in front":       {nettest.UDP(client6, server6, nettest.Extension(43, 2, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), nettest.Payload(80), nettest.Fragment(0, 40, true, 1)), netstack.SourceRoute},
	} {
		t.Run(name, func(t *testing.T) { newRig(t, outward()).refuse(in, c.p, c.want) })
	}
	// What is behind the fragment header is looked at in the whole.
	r := newRig(t, outward())
	whole := nettest.UDP(client6, server6, nettest.Extension(60, options...), nettest.Payload(200))
	if sent, _ := r.passAll(in, whole, 64, 9); sent.Flow.DstPort != 80 {
		t.Errorf("sent %v", sent.Flow)
	}
	hidden := nettest.IP("fd00:1::10", "fd00:9::7", 44, nettest.PayloadBytes(append([]byte{17, 0, 0, 0, 0, 0, 0, 1}, make([]byte, 100)...)))
	if res := r.send(in, nettest.Split(hidden, 64, 9)[0]); res.Reason != netstack.BadHeader {
		t.Errorf("a fragment header behind a fragment header: %v, want %v", res.Reason, netstack.BadHeader)
	}
}

// TestS21FloodOfFragments: while fragments of ever new datagrams come from ever
// new sources, whoever's datagram is under way, and whoever sends whole packets,
// gets through; and memory has its bound.
func TestS21FloodOfFragments(t *testing.T) {
	limits := state.FragmentLimits{MaxBytes: 128 << 10, MaxDatagrams: 200, PerSource: 16, Timeout: 30 * time.Second}
	for name, flood := range map[string]func(n int) nettest.Packet{
		"from everywhere": func(n int) nettest.Packet {
			src := netstack.Addr{Lo: 0xffff<<32 | uint64(0xcb007100+n*7919&0xffffff)}.String() + ":1"
			return nettest.UDP(src, public+":53", nettest.Payload(900), nettest.Fragment(8, 800, true, uint32(n)))
		},
		"from one": func(n int) nettest.Packet {
			return nettest.UDP("203.0.113.66:1", public+":53", nettest.Payload(900), nettest.Fragment(8, 800, true, uint32(n)))
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, outward())
			r.engine.Fragments = state.NewFragments(limits, state.Seed{2})
			sent := r.pass(in, nettest.UDP(client, "198.51.100.53:53"))
			seen := endpoint(sent.Flow.Src, sent.Flow.SrcPort)
			answer := nettest.Split(nettest.UDP("198.51.100.53:53", seen, nettest.Payload(4096)), 1480, 7)
			r.send(out, answer[0])
			for n := range 3000 {
				if res := r.send(out, flood(n)); res.Verdict == netstack.Pass {
					t.Fatal("the flood passes")
				}
			}
			r.send(out, answer[1])
			if res := r.send(out, answer[2]); res.Verdict != netstack.Pass {
				t.Errorf("the answer that was under way: %v (%v)", res.Verdict, res.Reason)
			}
			r.passAll(in, nettest.UDP(client, "198.51.100.53:53", nettest.Payload(4096)), 1344, 7)
			r.pass(out, nettest.UDP("198.51.100.53:53", seen, nettest.Payload(100)))
			if s := r.engine.Fragments.Stats(out); s.Datagrams > limits.MaxDatagrams || s.Bytes > limits.MaxBytes {
				t.Errorf("%+v is held, limits %+v", s, limits)
			}
		})
	}
}

// TestS20S24FW1Vanishes: the profile fw1 says of nothing but first fragments that
// are too short, and takes those of TCP by their length.
func TestS20S24FW1Vanishes(t *testing.T) {
	for profile, want := range map[state.Profile]bool{state.Strict: false, state.Loose: false, state.FW1: true} {
		r := profileRig(t, profile)
		pol := r.engine.Load()
		for reason := range netstack.Reasons {
			vanishes := reason >= netstack.FragOverlap && reason <= netstack.FragLimit && reason != netstack.FragShort
			if got := pol.vanishes(reason); got != (want && vanishes) {
				t.Errorf("%v: %v vanishes: %v", profile, reason, got)
			}
		}
		long := nettest.TCPOptions(2, 4, 5, 180, 1, 1, 1, 1)
		first := nettest.Split(nettest.TCP(alice, bob, nettest.Flags("S"), long, nettest.Payload(40)), 24, 9)[0]
		if res := r.send(in, first); (res.Verdict == netstack.Hold) != want {
			t.Errorf("%v: 24 of 28 bytes of header: %v (%v)", profile, res.Verdict, res.Reason)
		}
	}
}
