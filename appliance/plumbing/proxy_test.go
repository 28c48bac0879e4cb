package plumbing

import (
	"strings"
	"testing"

	"sallyport/netstack"
)

// answers wants neighbours to be told of some addresses' hardware address, and
// not of others'.
func (l *lab) answers(wanted map[string]bool) {
	l.Helper()
	l.at(l.out, func() {
		l.run("ip neigh flush dev out0")
		for address, want := range wanted {
			if got := l.answered(address, want); got != want {
				l.Errorf("%s answered for: %v", address, got)
			}
		}
	})
}

// answered reports whether that happens; where it is wanted, a busy machine gets
// more time. A second is longer than the kernel keeps those waiting that it
// answers for others.
func (l *lab) answered(address string, want bool) bool {
	l.Helper()
	for tries := 0; tries == 0 || want && tries < 5; tries++ {
		l.try("ping -n -c 1 -W 1 " + address)
		if out, _ := l.try("ip neigh show " + address); strings.Contains(out, "lladdr") {
			return true
		}
	}
	return false
}

// The box answers for the spare addresses that translations use, and for nobody
// else: not for a whole network, its own router, or what is not on the link.
func TestProxyNeighbours(t *testing.T) {
	l := newLab(t)
	before := l.snapshot()
	l.run("ip route add 198.51.100.0/24 via 192.0.2.9")
	s := spec()
	s.Sides[1].External = prefixes("192.0.2.0/31", "192.0.2.9/32", "192.0.2.50/31", "192.0.2.0/24", "203.0.113.0/28", "10.1.0.9/32",
		"2001:db8:2::50/127", "2001:db8:2::/64")
	p, f := l.open(s, t.TempDir(), nil)
	l.answers(map[string]bool{
		"192.0.2.1": true, "192.0.2.50": true, "192.0.2.51": true, "2001:db8:2::50": true, "2001:db8:2::51": true,
		"192.0.2.9": false, "192.0.2.52": false, "2001:db8:2::52": false,
	})
	s.Sides[1].External = prefixes("192.0.2.51/32", "2001:db8:2::51/128")
	l.must(p.Update(s))
	l.answers(map[string]bool{"192.0.2.50": false, "192.0.2.51": true, "2001:db8:2::50": false, "2001:db8:2::51": true})
	f.stop()
	l.must(p.Undo())
	l.run("ip route del 198.51.100.0/24")
	l.unchanged(before)
	if left, _ := l.try("ip neigh show proxy"); left != "" {
		t.Errorf("left: %s", left)
	}
}

// A start takes over the entries of a killed run, and leaves those of others.
func TestProxyNeighboursLeftOver(t *testing.T) {
	l := newLab(t)
	l.run("ip neigh add proxy 192.0.2.60 dev eth1")
	s := spec()
	s.Sides[1].External = prefixes("192.0.2.50/32", "192.0.2.60/32")
	dir := t.TempDir()
	_, f := l.open(s, dir, nil)
	f.stop()
	s.Sides[1].External = prefixes("192.0.2.51/32")
	p, f := l.open(s, dir, nil)
	out, _ := l.try("ip neigh show proxy")
	if strings.Contains(out, "192.0.2.50 ") || !strings.Contains(out, "192.0.2.51 ") || !strings.Contains(out, "192.0.2.60 ") {
		t.Errorf("got\n%s", out)
	}
	f.stop()
	l.must(p.Undo())
	if out, _ := l.try("ip neigh show proxy"); strings.TrimSpace(out) != "192.0.2.60 dev eth1 proxy" {
		t.Errorf("left\n%s", out)
	}
}

func TestProxyNeighboursAreBounded(t *testing.T) {
	l := newLab(t)
	s := spec()
	s.Sides[1].External = prefixes("2001:db8:2::1:0/112")
	p, _ := l.open(s, "", nil)
	if w := p.Warnings(); len(w) != 1 || !strings.Contains(w[0], "1024 spare addresses") {
		t.Errorf("warned: %q", w)
	}
	l.must(p.Undo())
}

// What anycast addresses are asked goes to the firewall even where the box's own
// would be asked: the kernel has them in table local.
func TestAnycastAddressesAreNotTheBoxesOwn(t *testing.T) {
	s := spec()
	s.Sides[1].External = prefixes("2001:db8:2::/126", "2001:db8:9::/64", "192.0.2.50/32")
	ephemeral := netstack.PortRange{First: 32768, Last: 60999}
	var links [netstack.Sides]Link
	links[1] = Link{Addresses: prefixes("2001:db8:2::1/64", "192.0.2.1/24"), OnLink: prefixes("2001:db8:2::/64", "192.0.2.0/24")}
	rules, err := planRules(ipv6, s, links, ephemeral)
	if err != nil {
		t.Fatal(err)
	}
	var to []string
	for _, r := range rules {
		if r.pref >= prefServices && r.pref < prefSteer && r.table == steerTable(1) {
			to = append(to, r.to.String())
		}
		if r.dport == ephemeral && len(to) < 2 && r.iif == "eth1" {
			t.Errorf("%v comes before them", r)
		}
	}
	if got, want := strings.Join(to, " "), "2001:db8:2::/128 2001:db8:2::2/127"; got != want {
		t.Errorf("steered %s, want %s", got, want)
	}
}
