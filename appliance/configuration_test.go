package appliance

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"sallyport/appliance/control"
	"sallyport/appliance/enforce"
	"sallyport/appliance/forward"
	"sallyport/conf"
	"sallyport/netstack"
	"sallyport/policy"
)

// A configuration is held to its tests on the machine as it will be: with the
// gateway's address, which the inside gets by it.
func TestConfigurationIsHeldToItsTests(t *testing.T) {
	const config = `
[inside]
interface = "eth0"
gateway   = "10.1.0.1"
[[rule]]
name    = "ping"
from    = "inside"
to      = "self"
service = ["ping"]
action  = "accept"
[[test]]
from   = "inside"
packet = "10.1.0.5 -> 10.1.0.1 icmp"
expect = "EXPECT"
`
	for expect, want := range map[string]string{
		"accept by ping":  "",
		"drop by default": `test.toml:14:10: want "drop by default", but it is accepted by "ping"`,
	} {
		s, err := conf.Parse("test.toml", []byte(strings.Replace(config, "EXPECT", expect, 1)))
		if err != nil {
			t.Fatal(err)
		}
		var box policy.Topology
		box.Sides[netstack.Inside] = policy.SideTopology{Networks: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/24")}, IPv4: true}
		box.Sides[netstack.Outside] = policy.SideTopology{IPv4: true}
		err = examine(&configuration{settings: s, policy: new(forward.Policy), box: enforce.Box{Topology: box}})
		var faults conf.Errors
		if want == "" && err != nil || want != "" && (!errors.As(err, &faults) || err.Error() != want) {
			t.Errorf("%s: %v, want %q", expect, err, want)
		}
		if len(box.Sides[netstack.Inside].Own) > 0 {
			t.Error("it has changed the box")
		}
	}
}

// Rules are compiled when they or the box are others, and not again.
func TestRulesAreCompiledOnce(t *testing.T) {
	a := newLarge(t, 3)
	was := a.inForce.Load()
	if err := a.adapt(); err != nil {
		t.Fatal(err)
	}
	is := a.inForce.Load()
	if is.policy == was.policy || is.policy.Rules != was.policy.Rules || is.policy.Generation != was.policy.Generation {
		t.Error("nothing has changed, and the rules are others")
	}
	moved := *is
	moved.box.Sides[netstack.Outside].Own = []netip.Addr{netip.MustParseAddr("192.0.2.1")}
	if rules, err := moved.rules(is); err != nil || rules == is.policy.Rules {
		t.Errorf("another address, and the rules are the same (%v)", err)
	}
	write(t, a.from.File, largeConfig(4, "a"))
	if _, err := a.Reload(control.Consent{}, control.Peer{}); err != nil {
		t.Fatal(err)
	}
	if now := a.inForce.Load(); len(now.policy.Rules.Names()) != 4 {
		t.Errorf("rules %q after a reload", now.policy.Rules.Names())
	}
}
