package forward

import (
	"testing"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
	"sallyport/policy"
)

// carried has a loop carry packets, the last two of which are refused, and
// returns what its rules have counted.
func carried(t *testing.T, packets ...nettest.Packet) []Hit {
	t.Helper()
	l := startLoop(t, 100)
	for _, p := range packets {
		l.links[in].Inject(p)
	}
	<-l.notices.C // opened
	<-l.notices.C // refused
	<-l.notices.C // refused
	if err := l.stop(); err != nil {
		t.Fatal(err)
	}
	pol := l.worker.lane.engine.Load()
	return []Hit{pol.Hit(0), pol.Hit(1), pol.Hit(2), pol.Hit(policy.DefaultRule)}
}

// TestRulesCountTheirTraffic: all of a conversation is its rule's, what a rule
// refuses is that rule's, and what no rule decided is nobody's.
func TestRulesCountTheirTraffic(t *testing.T) {
	udp := nettest.UDP(client6, server6, nettest.Payload(100))
	got := carried(t, udp, udp, udp,
		nettest.TCP(client6, "[2001:db8:7::7]:23", nettest.Flags("S")), nettest.TCP(client6, server6, nettest.Flags("A")))
	for i, want := range []struct{ hits, sessions, packets, bytes uint64 }{
		{1, 0, 1, 60}, {}, {1, 1, 3, 3 * 148}, {},
	} {
		if h := got[i]; h.Hits != want.hits || h.Sessions != want.sessions || h.Packets != want.packets || h.Bytes != want.bytes {
			t.Errorf("rule %d: %+v, want %+v", i, h, want)
		}
	}
}

// TestCountsOfElders: sessions that still are of an earlier policy count for the
// rule of that name.
func TestCountsOfElders(t *testing.T) {
	r := newRig(t, outward())
	first := r.engine.Load().hitsOf(1, 2)
	for g := range uint32(maxElders) {
		r.loadAs(closed(netstack.Drop), topology(), g+2, Keep)
	}
	pol := r.engine.Load()
	if pol.hitsOf(1, 2) != first || pol.hitsOf(maxElders+1, 3) != first {
		t.Error("a rule that has kept its name counts anew")
	}
	r.loadAs(outward(), topology(), maxElders+2, Keep)
	if r.engine.Load().hitsOf(1, 2) != nil {
		t.Error("policies are kept for ever")
	}
}
