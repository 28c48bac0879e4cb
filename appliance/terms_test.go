package appliance

import (
	"testing"
	"time"

	"github.com/rs/zerolog"

	"sallyport/appliance/enforce"
	"sallyport/appliance/forward"
	"sallyport/conf"
	"sallyport/netstack"
	"sallyport/netstack/nettest"
	"sallyport/policy"
	"sallyport/state"
)

// What a rule says of its sessions' timeouts goes before what is said of the
// service, and that before the rest.
func TestSessionsLiveByRuleThenService(t *testing.T) {
	s, err := conf.Parse("test", []byte(`
[state.service_timeouts]
ntp       = "15s"
"tcp/873" = "12h"
"sctp"    = "3h"
[[rule]]
name        = "patient"
destination = ["198.51.100.1"]
action      = "accept"
timeouts    = { udp_single = "1m", tcp_established = "1h" }
[[rule]]
name   = "rest"
action = "accept"
`))
	if err != nil {
		t.Fatal(err)
	}
	a := New(s, Source{}, zerolog.Nop(), "test")
	box := policy.Topology{}
	box.Sides[netstack.Inside] = policy.SideTopology{IPv4: true}
	box.Sides[netstack.Outside] = policy.SideTopology{IPv4: true}
	box.Sides[netstack.Inside].Networks = s.Sides[netstack.Inside].Networks
	rules, err := policy.Compile(s.Policy, box)
	if err != nil {
		t.Fatal(err)
	}
	p := forward.NewPolicy(rules, 1)
	if err := enforce.Terms(p, &s.State, a.table); err != nil {
		t.Fatal(err)
	}
	type set map[state.Timer]time.Duration
	for _, c := range []struct {
		packet nettest.Packet
		want   set
	}{
		{nettest.UDP("10.1.0.5:1", "198.51.100.7:123"), set{state.UDPSingle: 15 * time.Second, state.UDPMultiple: 15 * time.Second}},
		{nettest.UDP("10.1.0.5:1", "198.51.100.1:123"),
			set{state.UDPSingle: time.Minute, state.UDPMultiple: 15 * time.Second, state.TCPEstablished: time.Hour}},
		{nettest.UDP("10.1.0.5:1", "198.51.100.7:124"), set{}},
		{nettest.TCP("10.1.0.5:1", "198.51.100.7:873"), set{state.TCPEstablished: 12 * time.Hour}},
		{nettest.TCP("10.1.0.5:1", "198.51.100.1:873"), set{state.UDPSingle: time.Minute, state.TCPEstablished: time.Hour}},
		{nettest.TCP("10.1.0.5:1", "198.51.100.7:123"), set{}},
		{nettest.SCTP("10.1.0.5:1", "198.51.100.7:9"), set{state.SCTPEstablished: 3 * time.Hour}},
	} {
		view := c.packet.Parse(t, netstack.Inside)
		d := rules.Evaluate(view)
		terms := state.Terms{Timeouts: state.DefaultTimeouts()}
		for timer, d := range c.want {
			terms.Timeouts[timer] = d
		}
		if want, err := a.table.Intern(terms); err != nil || p.Admission(&d, view).Terms != want {
			t.Errorf("%v: terms %d, want %d (%v)", view.Flow, p.Admission(&d, view).Terms, want, err)
		}
	}
}
