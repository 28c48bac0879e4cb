package plumbing

import (
	"net/netip"
	"strings"
	"testing"

	"sallyport/netstack"
)

// The rules at 200 keep the policy's order, and nothing cuts off the box's own
// connections but what speaks of ports among theirs.
func TestServicesOfTheBox(t *testing.T) {
	tcp := func(accept bool, first, last uint16, source string) SelfService {
		s := self(0, netstack.TCP, first, accept)
		s.Ports.Last = last
		if source != "" {
			s.Source = netip.MustParsePrefix(source)
		}
		return s
	}
	allOf := func(accept bool) SelfService { return tcp(accept, 0, 0, "") }
	for _, c := range []struct {
		name    string
		steered []Service
		self    []SelfService
		want    string
	}{
		{"nothing", nil, nil, "own"},
		{"accept", nil, []SelfService{tcp(true, 22, 22, "")}, "22 local, own"},
		{"accept from some, refuse the rest", nil,
			[]SelfService{tcp(true, 22, 22, "10.1.0.9/24"), tcp(false, 22, 22, ""), tcp(true, 1, 1023, "")},
			"10.1.0.0/24 22 local, 22 T, 1-1023 local, own"},
		{"refuse all", nil, []SelfService{tcp(true, 22, 22, ""), allOf(false)}, "22 local, own, all T"},
		{"refuse across the edge", nil, []SelfService{tcp(false, 1024, 50000, "")}, "own, 1024-50000 T"},
		{"refuse the whole ephemeral range", nil, []SelfService{tcp(false, 32768, 60999, "")}, "own, 32768-60999 T"},
		{"refuse a service within it", nil, []SelfService{tcp(false, 50000, 50000, "")}, "50000 T, own"},
		{"accept from anywhere is no narrower", nil, []SelfService{tcp(true, 22, 22, "0.0.0.0/0")}, "22 local, own"},
		{"of the other family", nil, []SelfService{tcp(true, 22, 22, "fd00::/8")}, "own"},
		{"steered comes first", []Service{tcp(false, 40000, 40000, "").Service}, []SelfService{tcp(true, 40000, 40000, "")},
			"40000 T, 40000 local, own"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := spec()
			s.Steered, s.Self = c.steered, c.self
			rules, err := planRules(ipv4, s, facts(), ephemeral)
			if err != nil {
				t.Fatal(err)
			}
			if got := brief(rules); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// brief tells the inside's TCP rules of the box's own ports in few words.
func brief(rules []rule) string {
	var all []string
	for _, r := range rules {
		if r.pref < prefServices || r.pref >= prefSteer || r.iif != "eth0" || r.proto != netstack.TCP {
			continue
		}
		if r.dport == ephemeral && r.table == localTable {
			all = append(all, "own")
			continue
		}
		word, target := ports(r.dport), "local"
		if r.dport == (netstack.PortRange{}) {
			word = "all"
		}
		if r.from.IsValid() {
			word = r.from.String() + " " + word
		}
		if r.table != localTable {
			target = "T"
		}
		all = append(all, word+" "+target)
	}
	return strings.Join(all, ", ")
}

func TestTooManyServices(t *testing.T) {
	s := spec()
	for port := range uint16(prefSteer - prefServices - 4) {
		s.Self = append(s.Self, self(0, netstack.TCP, port+1, true))
	}
	if _, err := planRules(ipv4, s, facts(), ephemeral); err != nil {
		t.Errorf("as many as fit: %v", err)
	}
	s.Self = append(s.Self, self(0, netstack.UDP, 1, true))
	if _, err := planRules(ipv4, s, facts(), ephemeral); err == nil {
		t.Error("one too many was planned")
	}
}

func TestSpecsThatCannotBe(t *testing.T) {
	for _, c := range []struct {
		name string
		edit func(*Spec)
		says string
	}{
		{"one interface", func(s *Spec) { s.Sides[1].Interface = "eth0" }, "the same interface"},
		{"one TUN", func(s *Spec) { s.Sides[1].TUN = "sp-in" }, "the same TUN"},
		{"no ports", func(s *Spec) { s.Self = []SelfService{self(0, netstack.GRE, 1, true)} }, "no ports"},
		{"from itself", func(s *Spec) { s.Self = []SelfService{self(netstack.Self, netstack.TCP, 1, true)} }, "from self"},
		{"ports backwards", func(s *Spec) {
			s.Steered = []Service{{Protocol: netstack.TCP, Ports: netstack.PortRange{First: 2, Last: 1}}}
		}, "wrong order"},
	} {
		s := spec()
		c.edit(&s)
		if _, err := Prepare(s, ""); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: error %v, want %q", c.name, err, c.says)
		}
	}
}
