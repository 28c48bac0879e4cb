package policy

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"sallyport/netstack"
)

func TestPoolPorts(t *testing.T) {
	rs := compiled(t, homeSpec(), home())
	pool := rs.Evaluate(arriving("inside tcp 10.1.0.5:40000 1.1.1.1:443")).Translation.Pool
	want := poolOf(addr("203.0.113.7"), []netstack.PortRange{
		{First: 1, Last: 21}, {First: 23, Last: 52}, {First: 54, Last: 80}, {First: 82, Last: 8079},
		{First: 8081, Last: 32767}, {First: 61000, Last: 65535},
	})
	if diff := cmp.Diff(want, pool); diff != "" {
		t.Error("without the kernel's ports, its services and the forwarded ones:", diff)
	}
	ids := rs.Evaluate(arriving("inside icmp/8/0 10.1.0.5 1.1.1.1")).Translation.Pool
	if ids != pool {
		t.Error("identifiers are lent from another pool, so that a host could get another address")
	}
}

func TestPoolIPv6(t *testing.T) {
	s := homeSpec()
	s.NAT[4].Family = AnyFamily
	d := compiled(t, s, home()).Evaluate(arriving("inside tcp [fd00:1::5]:40000 [2001:db8:1::1]:443"))
	if d.Translation.Pool == nil || d.Translation.Pool.Parts[0].First != addr("2001:db8::7") {
		t.Errorf("the first global address, got %+v", d.Translation.Pool)
	}
}

func TestPoolFull(t *testing.T) {
	box := home()
	box.Sides[netstack.Outside].Reserved = []netstack.PortRange{{First: 1, Last: 65535}}
	rs := compiled(t, homeSpec(), box)
	if d := rs.Evaluate(arriving("inside tcp 10.1.0.5:40000 1.1.1.1:443")); d.Reason != netstack.Untranslatable {
		t.Errorf("no port is left: %s", told(rs, d))
	}
	if d := rs.Evaluate(arriving("inside icmp/8/0 10.1.0.5 1.1.1.1")); d.Verdict != netstack.Pass {
		t.Errorf("identifiers are left: %s", told(rs, d))
	}
}

func TestForwardingEverythingLeavesPorts(t *testing.T) {
	s := homeSpec()
	s.NAT[0] = NAT{Name: "dmz", Type: DNAT, From: FromOutside, Destination: addresses("self"), Targets: targets("10.1.0.10:0")}
	pool := compiled(t, s, home()).Evaluate(arriving("inside tcp 10.1.0.5:40000 1.1.1.1:443")).Translation.Pool
	if pool == nil {
		t.Error("a DNAT of every port left nothing to masquerade with")
	}
}

func TestForwardingFromTheOtherSideTakesNoPorts(t *testing.T) {
	s := homeSpec()
	s.NAT[0] = NAT{Name: "dns", Type: DNAT, From: FromInside, Service: ports("udp/9"), Targets: targets("192.0.2.53:53")}
	pool := compiled(t, s, home()).Evaluate(arriving("inside tcp 10.1.0.5:40000 1.1.1.1:443")).Translation.Pool
	if want := (netstack.PortRange{First: 1, Last: 21}); pool.Parts[0].Ports[0] != want {
		t.Errorf("ports start with %v, want %v", pool.Parts[0].Ports[0], want)
	}
}

func TestFreePorts(t *testing.T) {
	for _, c := range []struct{ taken, want []netstack.PortRange }{
		{nil, []netstack.PortRange{{First: 1, Last: 65535}}},
		{[]netstack.PortRange{{First: 0, Last: 0}}, []netstack.PortRange{{First: 1, Last: 65535}}},
		{[]netstack.PortRange{{First: 1, Last: 1}, {First: 65535, Last: 65535}}, []netstack.PortRange{{First: 2, Last: 65534}}},
		{[]netstack.PortRange{{First: 20, Last: 30}, {First: 10, Last: 40}, {First: 41, Last: 41}}, []netstack.PortRange{{First: 1, Last: 9}, {First: 42, Last: 65535}}},
		{[]netstack.PortRange{{First: 100, Last: 65535}, {First: 1, Last: 99}}, nil},
	} {
		if diff := cmp.Diff(c.want, FreePorts(c.taken)); diff != "" {
			t.Errorf("without %v: %s", c.taken, diff)
		}
	}
}

// poolOf is a pool of one address that nothing more is said of.
func poolOf(a netstack.Addr, ports []netstack.PortRange) *netstack.Pool {
	return &netstack.Pool{
		Parts:     []netstack.PoolPart{{First: a, Last: a, Ports: ports}},
		Filtering: netstack.AddressAndPortDependent,
	}
}
