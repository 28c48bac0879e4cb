package plumbing

import (
	"strings"
	"testing"
)

func TestResolve(t *testing.T) {
	l := newLab(t)
	l.run("ip link set eth0 mtu 1400", "ip route add 10.9.0.0/16 via 10.1.0.2", "ip route add default via 192.0.2.2",
		"ip route add blackhole 10.8.0.0/16")
	for _, c := range []struct{ word, name, networks, onLink, says string }{
		{word: "eth0", name: "eth0", networks: "10.1.0.0/24 10.9.0.0/16 fd00:1::/64", onLink: "10.1.0.0/24 fd00:1::/64"},
		{word: "10.1.0.0/16", name: "eth0"},
		{word: "2001:db8::/32", name: "eth1", networks: "192.0.2.0/24 2001:db8:2::/64"},
		{word: "eth7", says: `interface "eth7": no such interface, and none with an address in it; ` +
			`there are: eth0 10.1.0.1/24 fd00:1::1/64, eth1 192.0.2.1/24 2001:db8:2::1/64`},
		{word: "198.51.100.0/24", says: "no such interface"},
		{word: "0.0.0.0/0", says: "several interfaces have an address in it (eth0, eth1)"},
		{word: "lo", says: "no such interface"},
	} {
		link, err := Resolve(c.word)
		if c.says != "" {
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%s: error %v, want %s", c.word, err, c.says)
			}
			continue
		}
		if err != nil || link.Name != c.name {
			t.Errorf("%s: %s, %v; want %s", c.word, link.Name, err, c.name)
		}
		if c.networks != "" && words(link.Networks) != c.networks || c.onLink != "" && words(link.OnLink) != c.onLink {
			t.Errorf("%s: networks %v, on the link %v", c.word, link.Networks, link.OnLink)
		}
		if want := map[string]int{"eth0": 1400, "eth1": 1500}[c.name]; link.MTU != want {
			t.Errorf("%s: MTU %d, want %d", c.word, link.MTU, want)
		}
	}
}

func words[T interface{ String() string }](all []T) string {
	var texts []string
	for _, one := range all {
		texts = append(texts, one.String())
	}
	return strings.Join(texts, " ")
}

func TestInterfaceBySubnet(t *testing.T) {
	l := newLab(t)
	s := spec()
	s.Sides[0].Interface, s.Sides[1].Interface = "10.1.0.0/24", "192.0.2.0/24"
	p, f := l.open(s, "", nil)
	l.serve(l.out, "192.0.2.2:7777")
	l.reach(l.in, "192.0.2.2")
	l.must(p.Update(s))
	f.stop()
	l.must(p.Undo())
}

// A bare side is a TUN to which whoever runs the box routes.
func TestBareSide(t *testing.T) {
	l := newLab(t)
	l.routing()
	before := l.snapshot()
	s := spec()
	s.Sides[0] = Side{TUN: "sp-in", IPv4: true, IPv6: true, Bare: true}
	p, f := l.open(s, "", nil)
	if rules, err := ourRules(ipv4); err != nil || len(rules) == 0 {
		t.Errorf("no rules for the other side: %v", err)
	}
	for _, r := range append(l.rulesOf(ipv4), l.rulesOf(ipv6)...) {
		if strings.Contains(r.String(), "eth0") || strings.Contains(r.String(), "sp-in") {
			t.Errorf("a rule for a bare side: %v", r)
		}
	}
	l.run("ip addr add 10.7.0.1/24 dev sp-in")
	l.shut(p, f, before)
}

func (l *lab) rulesOf(f family) []rule {
	l.Helper()
	rules, err := ourRules(f)
	l.must(err)
	return rules
}
