package netstack_test

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"

	. "sallyport/netstack"
	"sallyport/netstack/nettest"
)

// sender is one end of a flow. It mostly sends what can be merged.
type sender struct {
	*rand.Rand
	make     func(src, dst string, with ...nettest.Option) nettest.Packet
	src, dst string
	size     int
	id       uint16
	seq, ack uint32
	window   uint16
	tcp, v6  bool
	df, idle bool // idle: the identification stays
}

// senders are some of each kind.
func senders(r *rand.Rand) (out []*sender) {
	for i := range 10 {
		s := &sender{Rand: r, make: nettest.UDP, src: fmt.Sprintf("10.1.0.5:%d", i), dst: out4, size: 1 + r.IntN(9), ack: 1, window: 1}
		if i%2 == 0 {
			s.make, s.tcp = nettest.TCP, true
		}
		if i%4 < 2 {
			s.src, s.dst, s.v6 = fmt.Sprintf("[2001:db8:1::5]:%d", i), out6, true
		}
		s.df, s.idle = i%3 == 0, i%6 == 0
		s.seq, s.id = r.Uint32(), uint16(r.Uint32())
		out = append(out, s)
	}
	return out
}

// seldom calls f once in a while.
func (s *sender) seldom(f func()) {
	if s.IntN(30) == 0 {
		f()
	}
}

// send returns the sender's next packet.
func (s *sender) send() nettest.Packet {
	size, flags, ttl, tos := s.size, "A", uint8(64), uint8(0)
	var odd []nettest.Option
	for _, f := range []func(){
		func() { size = s.IntN(12) }, func() { s.size = 1 + s.IntN(9) },
		func() { s.id += uint16(s.IntN(3)) }, func() { s.seq += uint32(s.IntN(3)) },
		func() { s.ack++ }, func() { s.window++ }, func() { s.df = !s.df }, func() { s.idle = !s.idle },
		func() { ttl-- }, func() { tos = 3 },
		func() { flags = []string{"AP", "AF", "AE", "AC", "AU", "S", "AR", "APF"}[s.IntN(8)] },
		func() { odd = append(odd, nettest.Partial()) },
		func() { odd = append(odd, nettest.TCPOptions(1, 1, 1, byte(s.IntN(2)))) },
		func() { odd = append(odd, nettest.GSO(uint16(1+s.IntN(5)))) },
	} {
		s.seldom(f)
	}
	if s.df {
		odd = append(odd, nettest.DF())
	}
	if !s.tcp && !s.v6 {
		s.seldom(func() { odd = append(odd, nettest.NoChecksum()) })
	}
	p := s.make(s.src, s.dst, append(odd, nettest.IPID(s.id), nettest.Seq(s.seq), nettest.Ack(s.ack),
		nettest.Window(s.window), nettest.Payload(size), nettest.Flags(flags), nettest.TTL(ttl), nettest.TOS(tos))...)
	s.seq += uint32(size)
	if !s.idle {
		s.id++
	}
	return p
}

// flowsOf sorts packets by flow. What is of no flow is a fence: those before it
// and those behind are told apart.
func flowsOf(packets []nettest.Packet) map[string][]nettest.Packet {
	out, fences := make(map[string][]nettest.Packet), 0
	for _, p := range packets {
		var view Packet
		name := fmt.Sprint(fences, " ")
		if r := view.Parse(Inside, p.Frame()); r != ReasonNone || view.Fragment.Is || view.Flow.Proto != TCP && view.Flow.Proto != UDP {
			fences++
		} else {
			name += view.Flow.String()
		}
		out[name] = append(out[name], p)
	}
	return out
}

// wantSameFlows wants the same packets on the wire, in the same order for each
// flow, and returns how many were merged.
func wantSameFlows(t *testing.T, in []nettest.Packet) int {
	t.Helper()
	out := merged(TSO|USO, in...)
	got, want := flowsOf(onWire(out)), flowsOf(onWire(in))
	if len(got) != len(want) {
		t.Fatalf("%d flows left, want %d", len(got), len(want))
	}
	for name := range want {
		if len(got[name]) != len(want[name]) {
			t.Fatalf("%s: %d packets left, want %d", name, len(got[name]), len(want[name]))
		}
		for i, p := range want[name] {
			if !sameOnWire(got[name][i], p) {
				t.Fatalf("%s: packet %d is\n% x, want\n% x", name, i, got[name][i].Bytes, p.Bytes)
			}
		}
	}
	for _, p := range out {
		nettest.CheckSums(t, p.Bytes, p.Offload)
	}
	return len(in) - len(out)
}

// TestCoalesceRandom: whatever is merged is the same packets on the wire.
func TestCoalesceRandom(t *testing.T) {
	for seed := range uint64(60) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 0))
			all, in := senders(r), []nettest.Packet(nil)
			for s := all[0]; len(in) < 200; {
				if r.IntN(3) == 0 {
					s = all[r.IntN(len(all))]
				}
				if in = append(in, s.send()); r.IntN(50) == 0 {
					in = append(in, nettest.ICMPEcho(host4, peer4, nettest.ID(uint16(len(in)))))
				}
			}
			if n := wantSameFlows(t, in); n < 20 {
				t.Errorf("%d of %d packets were merged", n, len(in))
			}
		})
	}
}

// FuzzCoalesce takes packets, each behind its virtio header and its length in
// two bytes. Those that Parse lets through leave together.
func FuzzCoalesce(f *testing.F) {
	for seed := range uint64(4) {
		r := rand.New(rand.NewPCG(seed, 1))
		var b []byte
		for s := senders(r)[seed]; len(b) < 600; {
			p := deliver(s.send())
			b = append(binary.BigEndian.AppendUint16(b, uint16(len(p))), p...)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var in []nettest.Packet
		for len(b) > 2 && len(in) < 100 {
			n := min(int(binary.BigEndian.Uint16(b)), len(b)-2)
			if p, ok := deliverable(b[2 : 2+n]); ok {
				in = append(in, p)
			}
			b = b[2+n:]
		}
		wantSameFlows(t, in)
	})
}

// deliverable is what a device delivers with b, its checksums put right.
func deliverable(b []byte) (nettest.Packet, bool) {
	if len(b) < VirtioHeaderLen {
		return nettest.Packet{}, false
	}
	f, p := NewFrame(), Packet{}
	f.Offload.Get(b)
	f.SetLen(copy(f.Space(), b[VirtioHeaderLen:]))
	nettest.RepairHeaders(f.Bytes())
	if p.Parse(Inside, f) != ReasonNone {
		return nettest.Packet{}, false
	}
	if udp := p.Flow.Proto == UDP && !p.Fragment.Is; !udp || p.UDP().Checksum() != 0 {
		nettest.RepairMessage(f.Bytes(), f.Offload)
	}
	return nettest.Of(f), p.ChecksumOK()
}

// TestNoAllocsCoalesce: merging allocates nothing.
func TestNoAllocsCoalesce(t *testing.T) {
	c := NewCoalescer(TSO | USO)
	in := many(16, func(i int) nettest.Packet { return udp(uint16(i/2), 64, nettest.TOS(uint8(i%2))) })
	frames, batch := make([]*Frame, len(in)), make([]*Frame, len(in))
	for i := range frames {
		frames[i] = NewFrame()
	}
	if n := testing.AllocsPerRun(100, func() {
		for i, p := range in {
			p.Fill(frames[i])
		}
		copy(batch, frames)
		c.Merge(batch)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// BenchmarkCoalesce is the cost of a packet of one, or of many, flows.
func BenchmarkCoalesce(b *testing.B) {
	for _, flows := range []int{1, 4, 64} {
		b.Run(fmt.Sprint(flows, " flows"), func(b *testing.B) {
			c, in := NewCoalescer(TSO|USO), many(64, func(i int) nettest.Packet {
				return nettest.UDP(fmt.Sprintf("10.1.0.5:%d", i%flows), out4, nettest.IPID(uint16(i/flows)), nettest.Payload(64))
			})
			frames, batch := make([]*Frame, len(in)), make([]*Frame, len(in))
			for i := range frames {
				frames[i] = NewFrame()
			}
			for range b.N/len(in) + 1 {
				for i, p := range in {
					p.Fill(frames[i])
				}
				copy(batch, frames)
				c.Merge(batch)
			}
		})
	}
}
