package plumbing

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sallyport/netstack"
)

var ephemeral = netstack.PortRange{First: 32768, Last: 60999}

// facts are the lab's interfaces, as far as rules depend on them.
func facts() (links [netstack.Sides]Link) {
	links[0] = Link{Name: "eth0", Addresses: prefixes("10.1.0.1/24", "fd00:1::1/64"), OnLink: prefixes("10.1.0.0/24", "fd00:1::/64")}
	links[1] = Link{Name: "eth1", Addresses: prefixes("192.0.2.1/24", "2001:db8:2::1/64"), OnLink: prefixes("192.0.2.0/24", "2001:db8:2::/64")}
	return links
}

func plan(t *testing.T, f family, s Spec) string {
	t.Helper()
	rules, err := planRules(f, s, facts(), ephemeral)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, r := range rules {
		if r.pref >= prefSteer && r.pref < prefLocal && r.proto != netstack.TCP {
			continue // one protocol shows them all
		}
		b.WriteString(r.String() + "\n")
	}
	return b.String()
}

func same(t *testing.T, got, want string) {
	t.Helper()
	if diff := cmp.Diff(strings.TrimSpace(want), strings.TrimSpace(got)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestRulesIPv4(t *testing.T) {
	s := spec()
	s.Self = []SelfService{self(1, netstack.UDP, 51820, true), self(0, netstack.TCP, 22, true)}
	same(t, plan(t, ipv4, s), `
pref 1 iif sp-in lookup local
pref 2 iif sp-in lookup 8311
pref 3 iif sp-out lookup local
pref 4 iif sp-out lookup 8312
pref 10 to 10.1.0.1/32 iif lo ipproto 1 dport 768-1023 lookup 8301
pref 11 to 192.0.2.1/32 iif lo ipproto 1 dport 768-1023 lookup 8302
pref 12 iif lo ipproto 1 dport 769 lookup 8302
pref 100 iif eth0 ipproto 17 sport 67 dport 68 lookup local
pref 101 iif eth1 ipproto 17 sport 67 dport 68 lookup local
pref 200 iif eth0 ipproto 6 dport 22 lookup local
pref 201 iif eth0 ipproto 6 dport 32768-60999 lookup local
pref 202 iif eth0 ipproto 17 dport 32768-60999 lookup local
pref 203 iif eth1 ipproto 17 dport 51820 lookup local
pref 204 iif eth1 ipproto 6 dport 32768-60999 lookup local
pref 205 iif eth1 ipproto 17 dport 32768-60999 lookup local
pref 900 iif eth0 ipproto 6 lookup 8301
pref 911 iif eth1 ipproto 6 lookup 8302
pref 950 lookup local
pref 960 iif eth0 lookup 8301
pref 961 iif eth1 lookup 8302
`)
}

func TestRulesIPv6(t *testing.T) {
	s := spec()
	s.Sides[0].IPv6 = false
	same(t, plan(t, ipv6, s), `
pref 1 iif sp-in lookup 8311
pref 2 iif sp-out lookup local
pref 3 iif sp-out lookup 8312
pref 10 to 2001:db8:2::1/128 iif lo ipproto 58 dport 256-767 lookup 8302
pref 11 iif lo ipproto 58 dport 259 lookup 8302
pref 100 to fe80::/10 iif eth1 ipproto 17 dport 546 lookup local
pref 101 to ff00::/8 iif eth1 lookup local
pref 102 to fe80::/10 iif eth1 ipproto 58 lookup local
pref 103 from fe80::/10 iif eth1 ipproto 58 lookup local
pref 104 from 2001:db8:2::/64 iif eth1 ipproto 58 flowlabel 0x0/0xfffff lookup local
pref 200 iif eth1 ipproto 6 dport 32768-60999 lookup local
pref 201 iif eth1 ipproto 17 dport 32768-60999 lookup local
pref 900 iif eth1 ipproto 6 lookup 8302
pref 950 lookup local
pref 960 iif eth0 lookup 8301
pref 961 iif eth1 lookup 8302
`)
}

// What translations use of IPv6 is asked for before the box's own ports, whose
// rules name no address: the spare ones are in its local table. One that is the
// box's own stays with these.
func TestRulesIPv6Translations(t *testing.T) {
	s := spec()
	s.Sides[1].External = prefixes("2001:db8:2::50/128", "2001:db8:2::1/128", "192.0.2.50/32")
	s.Self = []SelfService{self(1, netstack.TCP, 22, true)}
	all := plan(t, ipv6, s)
	_, services, _ := strings.Cut(all, "pref 202 ")
	services, _, _ = strings.Cut("pref 202 "+services, "pref 900")
	same(t, services, `
pref 202 to 2001:db8:2::50/128 iif eth1 lookup 8302
pref 203 iif eth1 ipproto 6 dport 22 lookup local
pref 204 iif eth1 ipproto 6 dport 32768-60999 lookup local
pref 205 iif eth1 ipproto 17 dport 32768-60999 lookup local
`)
	if strings.Contains(plan(t, ipv4, s), "192.0.2.50") {
		t.Error("an IPv4 address is led past the box, which does not have it")
	}
}

// Nobody discovers neighbours on a point-to-point link: all ICMPv6 that comes
// over it to a global address is the firewall's.
func TestRulesIPv6PointToPoint(t *testing.T) {
	links := facts()
	links[1].noARP = true
	rules, err := planRules(ipv6, spec(), links, ephemeral)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rules {
		if r.unlabelled && r.iif == "eth1" {
			t.Errorf("there is %v", r)
		}
	}
}

func TestRulesOfAClosedFamily(t *testing.T) {
	s := spec()
	s.Sides[0].IPv4, s.Sides[1].IPv4 = false, false
	same(t, plan(t, ipv4, s), `
pref 1 iif sp-in lookup 8311
pref 2 iif sp-out lookup 8312
pref 960 iif eth0 lookup 8301
pref 961 iif eth1 lookup 8302
`)
}
