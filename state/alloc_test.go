package state

import (
	"testing"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

func TestNoAllocs(t *testing.T) {
	v := newTalk(t, starts[0], establishedWay)
	packet := func(s segmentSpec) *netstack.Packet {
		in, p := s.build(v)
		return p.Parse(t, in)
	}
	out, back := packet(fromClient("PA", 1, 1, data(100))), packet(fromServer("A", 1, 101))
	entered := nettest.TCP("1.1.1.1:443", "10.1.0.5:40000")
	unreachable := nettest.Unreachable("10.1.0.5", "1.1.1.1", 1, entered).Parse(t, inside)
	first := nettest.UDP("10.1.0.5:40000", "1.1.1.1:53").Parse(t, inside)
	forged := packet(fromServer("R", 100000, 0))
	a, _ := v.policy(first)
	for name, c := range map[string]func(){
		"established, out":  func() { v.Track(out, v.now) },
		"established, back": func() { v.Track(back, v.now) },
		"refused":           func() { v.Track(forged, v.now) },
		"ICMP error":        func() { v.Track(unreachable, v.now) },
		"sweep":             func() { v.Sweep(v.now, 10) },
		"listing":           func() { v.Sessions(v.now, 0, 10, func(View) {}) },
		"masqueraded session, begun and ended": func() {
			m, _ := v.Open(first, a, v.now)
			v.Kill(m.Session)
		},
	} {
		if n := testing.AllocsPerRun(100, c); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}
