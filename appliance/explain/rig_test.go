package explain

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"sallyport/appliance/control"
	"sallyport/appliance/enforce"
	"sallyport/appliance/forward"
	"sallyport/netstack"
	"sallyport/netstack/nettest"
	"sallyport/state"
)

// rig is a firewall of testdata/explain.toml, at work.
type rig struct {
	*testing.T
	Firewall
	box  enforce.Box
	lane *forward.Lane
	now  state.Instant
}

func newRig(t *testing.T) *rig {
	s := load(t, "testdata/explain.toml")
	box, _ := Offline(s, [netstack.Sides][]netip.Addr{netstack.Outside: {netip.MustParseAddr("203.0.113.1"), netip.MustParseAddr("fd00:2::1")}})
	rules, err := enforce.Rules(s, &box)
	if err != nil {
		t.Fatal(err)
	}
	b, err := newBench(s, rules, &box)
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{T: t, box: box, lane: b.lane}
	r.Firewall = Firewall{
		Engine: b.engine, Settings: s, Now: func() state.Instant { return r.now },
		RuleName: func(_, rule uint32) string { return rules.Rule(rule) },
	}
	return r
}

// send has a packet pass.
func (r *rig) send(in netstack.Side, p nettest.Packet) {
	r.Helper()
	if o := r.lane.Decide(in, p.Frame(), netstack.NewFrame(), r.now); o.Verdict != netstack.Pass {
		r.Fatalf("%v (%v)", o.Verdict, o.Reason)
	}
}

// connect makes session 1: a connection from inside, masqueraded.
func (r *rig) connect() {
	r.Helper()
	r.send(netstack.Inside, nettest.TCP("10.1.0.5:5000", "1.1.1.1:443", nettest.Flags("S"), nettest.Seq(100)))
	r.send(netstack.Outside, nettest.TCP("1.1.1.1:443", "203.0.113.1:5000", nettest.Flags("SA"), nettest.Seq(900), nettest.Ack(101)))
	r.send(netstack.Inside, nettest.TCP("10.1.0.5:5000", "1.1.1.1:443", nettest.Flags("A"), nettest.Seq(101), nettest.Ack(901)))
}

func (r *rig) ask(in, packet string) control.Explanation {
	r.Helper()
	x, err := r.Ask(control.Question{In: in, Packet: packet}, &r.box)
	if err != nil {
		r.Fatal(err)
	}
	return x
}

// memory is what anybody can see of a firewall.
func (r *rig) memory() string {
	var b strings.Builder
	r.Engine.Table.Sessions(r.now, 0, 1000, func(v state.View) { fmt.Fprintf(&b, "%+v\n", v) })
	fmt.Fprintf(&b, "%+v\n%+v\n", r.Engine.Table.Stats(), r.Engine.Asymmetries())
	for i := range r.Settings.Policy.Rules {
		fmt.Fprintf(&b, "%+v\n", r.Engine.Load().Hit(uint32(i)))
	}
	for side := range netstack.Side(netstack.Sides) {
		fmt.Fprintf(&b, "%+v\n", r.Engine.Fragments.Stats(side))
	}
	return b.String()
}

// what is said of a packet: its steps, a line each.
func said(x *control.Explanation) string {
	var b strings.Builder
	for _, s := range x.Steps {
		fmt.Fprintf(&b, "%v %s: %s\n", map[bool]string{true: "ok", false: "--"}[s.Passed], s.Stage, s.Text)
		for _, c := range s.Considered {
			fmt.Fprintf(&b, "     %s %v %s\n", c.Name, c.Matched, c.Why)
		}
	}
	return b.String()
}
