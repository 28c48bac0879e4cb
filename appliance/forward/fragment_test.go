package forward

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"
	"time"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
	"sallyport/policy"
)

// sendAll has the fragments of a datagram arrive, the last of which decides.
func (r *rig) sendAll(in netstack.Side, fragments []nettest.Packet) result {
	r.Helper()
	for i, f := range fragments[:len(fragments)-1] {
		if res := r.send(in, f); res.Verdict != netstack.Hold {
			r.Fatalf("fragment %d: %v (%v), want it held", i, res.Verdict, res.Reason)
		}
	}
	return r.send(in, fragments[len(fragments)-1])
}

// passAll has a datagram pass in fragments of size bytes, and returns it as its
// receiver puts it together, with what its fragments were.
func (r *rig) passAll(in netstack.Side, whole nettest.Packet, size int, id uint32) (*netstack.Packet, []nettest.Packet) {
	r.Helper()
	sent := nettest.Split(whole, size, id)
	res := r.sendAll(in, sent)
	if res.Verdict != netstack.Pass || res.Out != in.Opposite() {
		r.Fatalf("%v by %v (%v), want it to pass to the other side", res.Verdict, res.Out, res.Reason)
	}
	for i, f := range res.fragments {
		if len(f.Bytes) != len(sent[i].Bytes) {
			r.Errorf("fragment %d has %d bytes, sent were %d", i, len(f.Bytes), len(sent[i].Bytes))
		}
		nettest.CheckSums(r, f.Bytes, f.Offload)
	}
	joined, err := nettest.Join(res.fragments)
	if err != nil {
		r.Fatal(err)
	}
	nettest.CheckSums(r, joined.Bytes, joined.Offload)
	return joined.Parse(r, res.Out), res.fragments
}

// refuseAll has a datagram refused, by its last fragment.
func (r *rig) refuseAll(in netstack.Side, whole nettest.Packet, size int, want netstack.Reason) result {
	r.Helper()
	sent := nettest.Split(whole, size, 77)
	res := r.sendAll(in, sent)
	if res.Verdict == netstack.Pass || res.Reason != want || res.Fragments != len(sent) {
		r.Fatalf("%v (%v) of %d fragments, want %v of %d", res.Verdict, res.Reason, res.Fragments, want, len(sent))
	}
	if s := r.engine.Fragments.Stats(in); s.Datagrams != 0 {
		r.Errorf("%+v is held of a refused datagram", s)
	}
	return res
}

// An SCTP handshake whose INIT and INIT-ACK carry long parameters.
func TestS19FragmentedSCTPHandshake(t *testing.T) {
	const mine, yours = 77, 78
	r := newRig(t, outward())
	sent, _ := r.passAll(in, nettest.SCTP(client, server, initChunk(1, mine, 5000)), 1344, 7)
	seen := endpoint(sent.Flow.Src, sent.Flow.SrcPort)
	r.refuseAll(out, nettest.SCTP(server, seen, nettest.Tag(mine+1), initChunk(2, yours, 4096)), 1280, netstack.Handshake)
	r.passAll(out, nettest.SCTP(server, seen, nettest.Tag(mine), initChunk(2, yours, 4096)), 1280, 8)
	r.pass(in, nettest.SCTP(client, server, nettest.Tag(yours), nettest.PayloadBytes([]byte{10, 0, 0, 8, 1, 2, 3, 4})))
}

// initChunk is an INIT or INIT-ACK of n bytes that tells a tag.
func initChunk(kind byte, tag uint32, n int) nettest.Option {
	b := make([]byte, n)
	b[0] = kind
	binary.BigEndian.PutUint16(b[2:], uint16(n))
	binary.BigEndian.PutUint32(b[4:], tag)
	return nettest.PayloadBytes(b)
}

// TestS19FragmentsThroughNAT: a question and its answer, each in fragments, in
// every protocol that can be told apart by ports, masqueraded and routed.
func TestS19FragmentsThroughNAT(t *testing.T) {
	type make = func(src, dst string, with ...nettest.Option) nettest.Packet
	for name, packet := range map[string]make{"udp": nettest.UDP, "dccp": nettest.DCCP, "udplite": nettest.UDPLite} {
		for family, e := range map[string][2]string{"IPv4": {client, server}, "IPv6": {client6, server6}} {
			t.Run(name+"/"+family, func(t *testing.T) {
				r := newRig(t, outward())
				sent, _ := r.passAll(in, packet(e[0], e[1], nettest.Payload(5000)), 1344, 7)
				seen := endpoint(sent.Flow.Src, sent.Flow.SrcPort)
				if (hostOf(seen) == public) != (family == "IPv4") {
					t.Fatalf("the server sees %s", seen)
				}
				back, _ := r.passAll(out, packet(e[1], seen, nettest.Payload(4096)), 1280, 7)
				if got := endpoint(back.Flow.Dst, back.Flow.DstPort); got != e[0] {
					t.Errorf("the answer goes to %s, want %s", got, e[0])
				}
				if n := r.engine.Table.Len(); n != 1 {
					t.Errorf("%d sessions, want 1", n)
				}
			})
		}
	}
}

func TestS19PingInFragments(t *testing.T) {
	r := newRig(t, outward())
	echo, _ := r.passAll(in, nettest.ICMPEcho("10.1.0.10", "198.51.100.7", nettest.ID(77), nettest.Payload(60000)), 1480, 1)
	back, _ := r.passAll(out, nettest.ICMPEchoReply("198.51.100.7", public, nettest.ID(echo.Flow.SrcPort), nettest.Payload(60000)), 1480, 1)
	if back.Flow.Dst != addr("10.1.0.10") || back.Flow.DstPort != 77 {
		t.Errorf("reply to %v id %d, want 10.1.0.10 id 77", back.Flow.Dst, back.Flow.DstPort)
	}
	echo6, _ := r.passAll(in, nettest.ICMPEcho("fd00:1::10", "fd00:9::7", nettest.ID(77), nettest.Payload(60000)), 1344, 1)
	r.passAll(out, nettest.ICMPEchoReply("fd00:9::7", echo6.Flow.Src.String(), nettest.ID(77), nettest.Payload(60000)), 1344, 1)
}

// TestS19TCPInFragments: nmap -f sends a SYN in fragments of 8 or 16 bytes, whose
// first lacks most of the header; of 24 it is a segment as any other.
func TestS19TCPInFragments(t *testing.T) {
	r := newRig(t, outward())
	syn := nettest.TCP(client, server, nettest.Flags("S"), nettest.Seq(1000), nettest.TCPOptions(2, 4, 5, 180))
	for _, size := range []int{8, 16} {
		r.refuse(in, nettest.Split(syn, size, 5)[0], netstack.FragShort)
	}
	data := nettest.Payload(50)
	sent, _ := r.passAll(in, nettest.TCP(client, server, nettest.Flags("S"), nettest.Seq(1000), data), 24, 6)
	seen := endpoint(sent.Flow.Src, sent.Flow.SrcPort)
	r.pass(out, nettest.TCP(server, seen, nettest.Flags("SA"), nettest.Seq(5000), nettest.Ack(1051)))
	r.pass(in, nettest.TCP(client, server, nettest.Flags("A"), nettest.Seq(1051), nettest.Ack(5001)))
	r.passAll(out, nettest.TCP(server, seen, nettest.Flags("PA"), nettest.Seq(5001), nettest.Ack(1051), nettest.Payload(1400)), 576, 7)
	r.refuseAll(out, nettest.TCP(server, seen, nettest.Flags("SF"), nettest.Seq(5001), nettest.Ack(1051), nettest.Payload(100)), 64, netstack.BadFlags)
	r.refuseAll(out, nettest.TCP(server, seen, nettest.Flags("R"), nettest.Seq(1<<30), nettest.Payload(100)), 64, netstack.RSTInvalid)
}

// Test4787REQ14FragmentsInAnyOrder: through NAT, and out in the order of their
// places whatever the order they came in.
func Test4787REQ14FragmentsInAnyOrder(t *testing.T) {
	for seed := range uint64(20) {
		r := newRig(t, outward())
		whole := nettest.UDP(client, server, nettest.Payload(6000))
		sent := nettest.Split(whole, 8*(20+int(seed)*5), 7)
		rand.New(rand.NewPCG(seed, 0)).Shuffle(len(sent), func(i, j int) { sent[i], sent[j] = sent[j], sent[i] })
		res := r.sendAll(in, sent)
		last := -1
		for _, f := range res.fragments {
			offset := int(f.Parse(t, out).Fragment.Offset)
			if offset <= last {
				t.Fatalf("seed %d: the fragment at %d after that at %d", seed, offset, last)
			}
			last = offset
		}
		if joined, err := nettest.Join(res.fragments); err != nil || joined.Parse(t, out).Flow.Src != addr(public) {
			t.Errorf("seed %d: %v (%v), %v", seed, res.Verdict, res.Reason, err)
		}
	}
}

// TestS23SmallFragments: of protocols whose header fits eight bytes, fragments
// may be as small.
func TestS23SmallFragments(t *testing.T) {
	r := newRig(t, outward())
	r.passAll(in, nettest.UDP(client, server, nettest.Payload(16)), 8, 1)
	r.passAll(in, nettest.ICMPEcho("10.1.0.10", "198.51.100.7"), 8, 2)
	r.passAll(in, nettest.UDP(client6, server6, nettest.Payload(16)), 8, 3)
	r.passAll(in, nettest.ICMPEcho("fd00:1::10", "fd00:9::7"), 8, 4)
	for _, p := range []nettest.Packet{nettest.SCTP(client, server, nettest.Payload(16)), nettest.DCCP(client6, server6)} {
		r.refuse(in, nettest.Split(p, 8, 5)[0], netstack.FragShort)
	}
}

// TestS24OddSizes: only the last fragment may have a size that is no multiple of
// eight, and no fragment may be empty.
func TestS24OddSizes(t *testing.T) {
	r := newRig(t, outward())
	for _, e := range [][2]string{{client, server}, {client6, server6}} {
		whole := nettest.UDP(e[0], e[1], nettest.Payload(100))
		for _, size := range []int{0, 1, 12, 23} {
			r.refuse(in, nettest.Piece(whole, 16, make([]byte, size), true, 7), netstack.FragBadLength)
		}
		r.refuse(in, nettest.Piece(whole, 16, nil, false, 7), netstack.FragBadLength)
		if res := r.send(in, nettest.Piece(whole, 16, make([]byte, 1), false, 7)); res.Verdict != netstack.Hold {
			t.Errorf("a last fragment of one byte: %v (%v)", res.Verdict, res.Reason)
		}
	}
}

// The whole datagram is what the policy and the session see: its ports, which
// only the first fragment has, and its checksum, of which each has a part.
func TestDecidedOnTheWhole(t *testing.T) {
	r := newRig(t, outward())
	r.refuseAll(in, nettest.UDP(client, server, nettest.Payload(3000), nettest.WrongChecksum()), 1480, netstack.BadChecksum)
	r.refuseAll(out, nettest.TCP(server, "10.1.0.80:81", nettest.Flags("S"), nettest.Payload(3000)), 1432, netstack.Policy)
	short := nettest.UDP(client, server, nettest.Payload(3000)).Mutate(func(b []byte) { b[25] += 8 }) // the UDP length
	r.refuseAll(in, short, 1480, netstack.Short)
	answer := r.refuseAll(in, nettest.UDP(client, "198.51.100.7:514", nettest.Payload(3000)), 1480, netstack.Policy).answer.Parse(t, in)
	if answer.ICMPType != 3 || answer.ICMPCode != 13 || answer.Quoted.SrcPort != 40000 {
		t.Errorf("answer %d/%d about %v, want 3/13", answer.ICMPType, answer.ICMPCode, answer.Quoted)
	}
	if n := r.engine.Table.Len(); n != 0 {
		t.Errorf("%d sessions of refused datagrams", n)
	}
}

// TestS21CheapTestsFirst: what can be told from one fragment is told before
// anything is held.
func TestS21CheapTestsFirst(t *testing.T) {
	r := newRig(t, outward())
	cut := nettest.Fragment(24, 24, true, 1)
	for name, c := range map[string]struct {
		in   netstack.Side
		p    nettest.Packet
		want netstack.Reason
	}{
		"an inside source from outside": {out, nettest.UDP("10.1.0.99:1", "10.1.0.10:2", nettest.Payload(80), cut), netstack.Spoofed},
		"a source outside from inside":  {in, nettest.UDP("172.16.0.1:1", server, nettest.Payload(80), cut), netstack.Spoofed},
		"a multicast source":            {in, nettest.UDP("224.0.0.1:1", server, nettest.Payload(80), cut), netstack.Martian},
		"land":                          {in, nettest.UDP("10.1.0.10:1", "10.1.0.10:1", nettest.Payload(80), cut), netstack.Land},
		"no hops left":                  {in, nettest.UDP(client, server, nettest.Payload(80), nettest.TTL(0), cut), netstack.TTLExpired},
		"jolt2":                         {in, jolt2(1), netstack.FragTooBig},
	} {
		t.Run(name, func(t *testing.T) { r.T = t; r.refuse(c.in, c.p, c.want) })
	}
	for side := range netstack.Side(netstack.Sides) {
		if s := r.engine.Fragments.Stats(side); s.Fragments != 0 {
			t.Errorf("%d fragments of %v are held", s.Fragments, side)
		}
	}
}

// TestS21ARuleStopsFragments: what no rule lets pass whatever its ports, and no
// session can be waiting for, is not held either (BID 1312). A conversation that
// has been let in is not a rule's to cut into.
func TestS21ARuleStopsFragments(t *testing.T) {
	r := newRig(t, outward())
	held := func() int {
		return r.engine.Fragments.Stats(out).Fragments + r.engine.Fragments.Stats(in).Fragments
	}
	flood := func(dst string) nettest.Packet {
		return nettest.UDP("198.51.100.66:9", dst, nettest.Payload(80), nettest.Fragment(24, 24, true, 1))
	}
	if res := r.refuse(out, flood("10.1.0.10:9"), netstack.Policy); res.Rule != policy.DefaultRule || held() != 0 {
		t.Errorf("rule %d refused, %d are held", res.Rule, held())
	}
	r.pass(in, nettest.UDP("10.1.0.10:9", "198.51.100.66:9")) // masqueraded: its answers come to the firewall
	r.refuse(out, flood("10.1.0.10:9"), netstack.Policy)
	r.pass(in, nettest.UDP(client6, "[fd00:9::66]:9"))
	answer := nettest.Split(nettest.UDP("[fd00:9::66]:9", client6, nettest.Payload(3000)), 1432, 3)
	if res := r.sendAll(out, answer); res.Verdict != netstack.Pass {
		t.Errorf("an answer in fragments: %v (%v)", res.Verdict, res.Reason)
	}
	r.refuse(out, nettest.Split(nettest.UDP("[fd00:9::67]:9", client6, nettest.Payload(3000)), 1432, 3)[0], netstack.Policy)
	r.wait(time.Hour)
	r.engine.Table.Sweep(r.now, 1000)
	r.refuse(out, answer[0], netstack.Policy)
}

// jolt2 is what the tool of that name (BID 1312) sends without end: the last
// fragment of a datagram, reaching beyond the most that one can be.
func jolt2(id uint32) nettest.Packet {
	return nettest.Piece(nettest.ICMPEcho("10.1.0.10", "198.51.100.7"), 65520, make([]byte, 9), false, id)
}

// TestTooLargeFragment: a fragment that has to be smaller, and that nobody on
// the way may cut, is answered for as any packet is, and quoted as it was sent.
func TestTooLargeFragment(t *testing.T) {
	r := newRig(t, outward()) // MTU outside: 1400
	for name, e := range map[string][2]string{"IPv4": {client, server}, "IPv6": {client6, server6}} {
		t.Run(name, func(t *testing.T) {
			r.T = t
			whole := nettest.UDP(e[0], e[1], nettest.DF(), nettest.Payload(3000))
			sent := nettest.Split(whole, 1440, 77)
			answer := r.refuseAll(in, whole, 1440, netstack.TooBig).answer
			checks := []nettest.Checker{nettest.Error(3, 4, 1400, sent[0], 576-28)}
			if name == "IPv6" {
				checks = []nettest.Checker{nettest.Error(2, 0, 1400, sent[0], 1280-48)}
			}
			nettest.Check(t, answer, checks...)
		})
	}
	r.T = t
	r.passAll(in, nettest.UDP(client, server, nettest.Payload(3000)), 1440, 9) // the kernel cuts it further
	r.passAll(in, nettest.UDP(client6, server6, nettest.Payload(3000)), 1344, 9)
}

// The kernel cannot tell whose a fragment without ports is, so what is for the
// box itself comes here and is given back, as it came.
func TestFragmentsForTheBoxItself(t *testing.T) {
	r := newRig(t, outward())
	for name, c := range map[string]struct {
		in   netstack.Side
		p    nettest.Packet
		want netstack.Reason
	}{
		"an answer to its client":       {out, nettest.UDP("198.51.100.53:53", public+":45000", nettest.Payload(4096)), 0},
		"an answer to its client, IPv6": {out, nettest.UDP("[fd00:9::53]:53", "[fd00:2::1]:45000", nettest.Payload(4096)), 0},
		"a segment to its client":       {out, nettest.TCP(server, public+":45000", nettest.Flags("A"), nettest.Payload(4096)), 0},
		"a reply to its ping":           {out, nettest.ICMPEchoReply("198.51.100.7", public, nettest.Payload(4096)), 0},
		"a ping that is allowed":        {in, nettest.ICMPEcho("10.1.0.10", "10.1.0.1", nettest.Payload(4096)), 0},
		"a ping that is not":            {out, nettest.ICMPEcho("198.51.100.7", public, nettest.Payload(4096)), netstack.Policy},
		"to a port that is nobody's":    {out, nettest.UDP("198.51.100.53:53", public+":2000", nettest.Payload(4096)), netstack.Policy},
		"to a service of its own":       {out, nettest.UDP("198.51.100.53:53", public+":50000", nettest.Payload(4096)), netstack.Policy},
		"to another's client port":      {out, nettest.TCP("198.51.100.53:53", "10.1.0.80:45000", nettest.Flags("S"), nettest.Payload(4096)), netstack.Policy},
	} {
		t.Run(name, func(t *testing.T) {
			r.T = t
			if c.want != 0 {
				r.refuseAll(c.in, c.p, 1432, c.want)
				return
			}
			res := r.sendAll(c.in, nettest.Split(c.p, 1432, 5))
			if res.Verdict != netstack.Pass || res.Out != c.in {
				t.Fatalf("%v by %v (%v), want it given back to the kernel", res.Verdict, res.Out, res.Reason)
			}
			for i, want := range nettest.Split(c.p, 1432, 5) {
				nettest.Check(t, res.fragments[i], nettest.Hops(65))
				if string(res.fragments[i].Bytes[28:]) != string(want.Bytes[28:]) {
					t.Errorf("fragment %d is not the one that came", i)
				}
			}
		})
	}
}

// Atomic fragments (RFC 6946) are whole datagrams, alone, whatever else is held
// under their identification.
func Test6946AtomicFragments(t *testing.T) {
	r := newRig(t, outward())
	atomic := nettest.UDP(client6, server6, nettest.Extension(44, 0, 0, 0, 0, 0, 0, 7), nettest.Payload(100))
	sent := nettest.Split(nettest.UDP(client6, server6, nettest.Payload(3000)), 1344, 7)
	r.send(in, sent[0])
	r.pass(in, atomic)
	if res := r.sendAll(in, sent[1:]); res.Verdict != netstack.Pass {
		t.Errorf("%v (%v) after an atomic fragment, want it to pass", res.Verdict, res.Reason)
	}
}

func TestFragmentsAllocateNothing(t *testing.T) {
	r := newRig(t, outward())
	sent, f := nettest.Split(nettest.UDP(client, server, nettest.Payload(4000)), 1480, 7), netstack.NewFrame()
	left := 0
	if n := testing.AllocsPerRun(100, func() {
		for _, p := range sent {
			p.Fill(f)
			r.lane.Decide(in, f, r.reply, r.now)
		}
		for r.lane.joined.Next(f) {
			left++
		}
	}); n != 0 || left == 0 {
		t.Errorf("%v allocations a datagram, %d fragments left", n, left)
	}
}
