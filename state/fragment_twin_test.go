package state

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

// twinDatagram is a datagram put together a byte at a time: slow, and
// obviously right. It has no limits.
type twinDatagram struct {
	bytes   map[int]byte
	parts   map[[2]int]bool // from, to
	end     int             // 0: not known
	began   Instant
	refused bool
}

type twinStore map[netstack.FlowKey]*twinDatagram

// arrive says what is to become of a fragment: the reason, and the datagram's
// data if it is complete.
func (t twinStore) arrive(p *netstack.Packet, now Instant) (netstack.Reason, []byte) {
	name, q := p.Datagram(), p.Piece()
	from, data := int(q.Offset), p.Bytes()[q.Data:]
	d := t[name]
	if d == nil || now >= d.began+Instant(30*time.Second) {
		d = &twinDatagram{bytes: map[int]byte{}, parts: map[[2]int]bool{}, began: now}
		t[name] = d
	}
	if d.refused {
		return netstack.FragOverlap, nil
	}
	if d.clashes(from, data, q.Last) {
		d.refused = !d.again(from, data, q.Last)
		return netstack.FragOverlap, nil
	}
	for i, x := range data {
		d.bytes[from+i] = x
	}
	d.parts[[2]int{from, from + len(data)}] = true
	if q.Last {
		d.end = from + len(data)
	}
	if len(d.bytes) != d.end {
		return netstack.ReasonNone, nil
	}
	delete(t, name)
	whole := make([]byte, d.end)
	for i, x := range d.bytes {
		whole[i] = x
	}
	return netstack.ReasonNone, whole
}

// clashes reports whether a byte has come already, or is on the wrong side of
// the end.
func (d *twinDatagram) clashes(from int, data []byte, last bool) bool {
	for i := range data {
		if _, ok := d.bytes[from+i]; ok {
			return true
		}
	}
	to := from + len(data)
	for i := range d.bytes {
		if last && i >= to {
			return true
		}
	}
	return d.end > 0 && (to > d.end || last)
}

// again reports whether just this fragment has come before.
func (d *twinDatagram) again(from int, data []byte, last bool) bool {
	to := from + len(data)
	for i, x := range data {
		if y, ok := d.bytes[from+i]; !ok || x != y {
			return false
		}
	}
	return d.parts[[2]int{from, to}] && last == (to == d.end)
}

// mischief makes fragments of some few datagrams: cut at random, mixed, doubled,
// left out, overlapping, lying about their end.
type mischief struct{ *rand.Rand }

func (m mischief) fragments(n int) (out []nettest.Packet) {
	for i := range n {
		src := fmt.Sprintf("10.1.0.%d:4000", 1+m.IntN(3))
		dst := "1.1.1.1:53"
		if m.IntN(2) == 0 {
			src, dst = fmt.Sprintf("[fd00:1::%d]:4000", 1+m.IntN(3)), "[fd00:9::1]:53"
		}
		whole := nettest.UDP(src, dst, nettest.Payload(40+m.IntN(600)))
		sent := nettest.Split(whole, 8*(2+m.IntN(20)), uint32(i/4)) // some share their identification
		for range m.IntN(4) {
			sent = append(sent, m.spoil(whole, sent[m.IntN(len(sent))], uint32(i/4)))
		}
		out = append(out, sent...)
	}
	m.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// spoil returns the same fragment again, or another that fits less well.
func (m mischief) spoil(whole, p nettest.Packet, id uint32) nettest.Packet {
	switch m.IntN(3) {
	case 0:
		return p
	case 1:
		at := m.IntN(80) * 8
		return nettest.Piece(whole, at+8, make([]byte, 8*(1+m.IntN(10))), m.IntN(3) > 0, id)
	}
	return p.Mutate(func(b []byte) { b[len(b)-1] ^= byte(m.IntN(2)) })
}

// Test5722FragmentsAgainstTwin wants the store to do with random fragments what a
// byte-by-byte reassembly does.
func Test5722FragmentsAgainstTwin(t *testing.T) {
	complete, refused := 0, 0
	for seed := range uint64(60) {
		m := mischief{rand.New(rand.NewPCG(seed, 0))}
		r, twin := newFragmentRig(t, roomy()), twinStore{}
		for i, f := range m.fragments(8 + m.IntN(30)) {
			p := nettest.Packet{Bytes: f.Bytes}
			var view netstack.Packet
			if view.Parse(inside, p.Frame()) != netstack.ReasonNone {
				continue // a fragment of no use to anybody
			}
			r.after(time.Duration(m.IntN(200)) * time.Millisecond)
			want, data := twin.arrive(&view, r.now)
			got := r.arrive(inside, p)
			if got.reason != want || (got.fragments != nil) != (data != nil) {
				t.Fatalf("seed %d, fragment %d (%+v): %v, complete %v; want %v, %v", seed, i, view.Fragment, got.reason, got.fragments != nil, want, data != nil)
			}
			if data != nil {
				complete++
				if b := got.whole.Bytes; string(b[len(b)-len(data):]) != string(data) {
					t.Fatalf("seed %d, fragment %d: the datagram is wrong", seed, i)
				}
			}
			if want != netstack.ReasonNone {
				refused++
			}
		}
	}
	if complete < 100 || refused < 100 {
		t.Errorf("%d complete, %d refused: the traffic shows nothing", complete, refused)
	}
}

// TestTightLimits has the same traffic where nearly nothing fits: the invariants
// hold after every fragment, and each is given back, held, lost or refused.
func TestTightLimits(t *testing.T) {
	lost := 0
	for seed := range uint64(60) {
		m := mischief{rand.New(rand.NewPCG(seed, 1))}
		l := FragmentLimits{
			MaxBytes: m.IntN(6 << 10), MaxDatagrams: m.IntN(12), PerSource: m.IntN(5), Timeout: 10 * time.Second,
		}
		r := newFragmentRig(t, l)
		for _, f := range m.fragments(60) {
			var view netstack.Packet
			if view.Parse(inside, f.Frame()) == netstack.ReasonNone {
				r.after(time.Duration(m.IntN(300))*time.Millisecond).arrive(netstack.Side(m.IntN(2)), f)
			}
			if m.IntN(10) == 0 {
				r.Sweep(r.now, m.IntN(3))
				r.check()
			}
		}
		lost += r.lost(netstack.FragLimit)
	}
	if lost < 1000 {
		t.Errorf("%d lost: the limits were not met", lost)
	}
}

// FuzzFragments plays a script of fragments against the twin: three bytes for
// the place, the size and the datagram of each, a fourth for its end, its data
// and the time before it.
func FuzzFragments(f *testing.F) {
	f.Add([]byte{0, 4, 0, 0, 4, 4, 0, 0, 8, 3, 0, 1})               // in order
	f.Add([]byte{8, 3, 0, 1, 4, 4, 0, 0, 0, 4, 0, 0})               // and not
	f.Add([]byte{0, 4, 1, 0, 0, 4, 1, 0, 2, 4, 1, 0, 4, 4, 1, 1})   // again, and overlapping
	f.Add([]byte{0, 4, 0, 0, 4, 4, 0, 0xf0, 8, 3, 0, 1})            // too late
	f.Add([]byte{0, 4, 2, 0, 255, 4, 2, 1, 0, 4, 2, 2, 4, 4, 2, 1}) // lying about the end
	f.Fuzz(func(t *testing.T, script []byte) {
		l := FragmentLimits{MaxBytes: 1 << 20, MaxDatagrams: 256, PerSource: 256, Timeout: 30 * time.Second}
		r, twin := newFragmentRig(t, l), twinStore{}
		for script = script[:min(len(script), 400)]; len(script) >= 4; script = script[4:] {
			p := scripted(script)
			var view netstack.Packet
			if view.Parse(inside, p.Frame()) != netstack.ReasonNone {
				continue
			}
			r.after(time.Duration(script[3]>>4) * 2 * time.Second)
			want, data := twin.arrive(&view, r.now)
			if got := r.arrive(inside, p); got.reason != want || (got.fragments != nil) != (data != nil) {
				t.Fatalf("%+v: %v, complete %v; want %v, %v", view.Fragment, got.reason, got.fragments != nil, want, data != nil)
			}
		}
	})
}

func scripted(b []byte) nettest.Packet {
	e := families[[]string{"IPv4", "IPv6"}[b[2]&1]]
	whole := nettest.UDP(e[0], e[1], nettest.Payload(3000))
	last, fill := b[3]&1 != 0, b[3]>>1&1
	data := make([]byte, 8*int(b[1]&31)+8)
	if last {
		data = data[:len(data)-int(b[1]>>5)]
	}
	for i := range data {
		data[i] = fill
	}
	if b[0] == 0 {
		copy(data, whole.Bytes[len(whole.Bytes)-3008:]) // the UDP header
	}
	return nettest.Piece(whole, 8*int(b[0]), data, !last, uint32(b[2]>>1))
}
