package appliance

import (
	"bytes"
	"net/netip"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"sallyport/appliance/enforce"
	"sallyport/appliance/forward"
	"sallyport/appliance/plumbing"
	"sallyport/conf"
	"sallyport/netstack"
	"sallyport/netstack/nettest"
	"sallyport/policy"
)

// offline is an appliance with a policy in force and no devices.
type offline struct {
	*Appliance
	t   *testing.T
	log *bytes.Buffer
}

const offlineConfig = `
[state]
snapshot = "FILE"
[[rule]]
name   = "web"
from   = "inside"
action = "accept"
service = ["https"]
[[rule]]
name   = "out"
from   = "inside"
action = "accept"
[[nat]]
name = "internet"
type = "masquerade"
from = "inside"
to   = "outside"
`

// newOffline is one whose outside address is own.
func newOffline(t *testing.T, file, config, own string) *offline {
	t.Helper()
	s := parsed(t, strings.Replace(config, "FILE", file, 1))
	o := &offline{t: t, log: new(bytes.Buffer)}
	o.Appliance = New(s, Source{}, zerolog.New(o.log), "test")
	o.plumbing = new(plumbing.Plumbing)
	o.load(s, own)
	return o
}

func parsed(t *testing.T, config string) *conf.Settings {
	t.Helper()
	s, err := conf.Parse("test.toml", []byte(config))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// load puts settings in force on a box whose outside address is own.
func (o *offline) load(s *conf.Settings, own string) {
	o.t.Helper()
	var box policy.Topology
	box.Sides[netstack.Inside] = policy.SideTopology{Networks: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/24")}, IPv4: true}
	box.Sides[netstack.Outside] = policy.SideTopology{Own: []netip.Addr{netip.MustParseAddr(own)}, IPv4: true}
	rules, err := policy.Compile(s.Policy, box)
	if err != nil {
		o.t.Fatal(err)
	}
	p := forward.NewPolicy(rules, o.generation+1)
	p.Rematch = rematches[s.State.Rematch]
	if err := enforce.Terms(p, &s.State, o.table); err != nil {
		o.t.Fatal(err)
	}
	c := &configuration{read: s, settings: s, policy: p, box: enforce.Box{Topology: box}}
	c.derive()
	o.force(c)
}

// open lets a packet from inside begin a session.
func (o *offline) open(p nettest.Packet) {
	o.t.Helper()
	frame, lane := netstack.NewFrame(), forward.NewLane(o.engine)
	p.Fill(frame)
	if out := lane.Decide(netstack.Inside, frame, netstack.NewFrame(), o.now()); out.Verdict != netstack.Pass {
		o.t.Fatalf("%v, %v", out.Verdict, out.Reason)
	}
}

// flows lists the sessions: rule, translation rules, and both tuples.
func (o *offline) flows() (list []string) {
	for s := range o.Sessions {
		list = append(list, s.Rule+" "+s.NAT+" "+s.Original.Src.String()+" "+s.Reply.Dst.String())
	}
	return list
}

// end stops as Run does.
func (o *offline) end() {
	o.t.Helper()
	if err := o.stop(); err != nil {
		o.t.Fatal(err)
	}
}

func twoSessions(t *testing.T, file string) {
	t.Helper()
	o := newOffline(t, file, offlineConfig, "192.0.2.1")
	o.takeUp()
	o.open(nettest.TCP("10.1.0.5:4000", "1.1.1.1:443", nettest.Flags("S")))
	o.open(nettest.UDP("10.1.0.6:5000", "1.1.1.1:53"))
	o.end()
	if s := o.Status().Snapshot; s.File != file || s.Sessions != 2 || s.Written.IsZero() || s.Error != "" {
		t.Fatalf("%+v", s)
	}
}
