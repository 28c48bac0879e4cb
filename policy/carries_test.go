package policy

import (
	"strings"
	"testing"

	"sallyport/netstack"
)

// session makes the keys of "original | reply", each as arriving has it.
func session(words string) (original, reply netstack.FlowKey) {
	first, second, _ := strings.Cut(words, " | ")
	return arriving(first).Flow, arriving(second).Flow
}

func TestCarries(t *testing.T) {
	rs := compiled(t, homeSpec(), home())
	for _, c := range []struct {
		session   string
		sourceNAT bool
		want      bool
	}{
		{"inside tcp 10.1.0.5:4000 1.1.1.1:443 | outside tcp 1.1.1.1:443 10.1.0.5:4000", false, true},
		{"inside tcp 10.1.0.5:4000 1.1.1.1:443 | outside tcp 1.1.1.1:443 203.0.113.7:4000", true, true},
		{"inside gre 10.1.0.5 1.1.1.1 | outside gre 1.1.1.1 203.0.113.7", true, true},
		{"inside icmp/8/0 10.1.0.5 1.1.1.1 | outside icmp 1.1.1.1:8 203.0.113.7:0", true, true},
		{"outside tcp 1.1.1.1:4000 203.0.113.7:8080 | inside tcp 10.1.0.10:80 1.1.1.1:4000", false, true},
		{"inside tcp 10.1.0.5:4000 10.1.0.6:80 | inside tcp 10.1.0.6:80 10.1.0.5:4000", false, true},

		{"inside tcp 10.9.0.5:4000 1.1.1.1:443 | outside tcp 1.1.1.1:443 10.9.0.5:4000", false, false},       // not inside any more
		{"outside tcp 10.1.0.5:4000 1.1.1.1:443 | inside tcp 1.1.1.1:443 10.1.0.5:4000", false, false},       // the doors were exchanged
		{"outside tcp 1.1.1.1:4000 1.1.1.2:80 | outside tcp 1.1.1.2:80 1.1.1.1:4000", false, false},          // never goes back out
		{"inside tcp 10.1.0.5:4000 203.0.113.7:80 | outside tcp 203.0.113.7:80 10.1.0.5:4000", false, false}, // the box itself now
		{"inside tcp 10.1.0.5:4000 1.1.1.1:443 | outside tcp 1.1.1.1:443 203.0.113.8:4000", true, false},     // another's address
		{"inside gre 10.1.0.5 1.1.1.1 | outside gre 1.1.1.1 203.0.113.8", true, false},                       //
		{"inside tcp 10.1.0.5:4000 1.1.1.1:443 | outside tcp 1.1.1.1:443 203.0.113.7:40000", true, false},    // the kernel's port
		{"inside tcp 10.1.0.5:4000 1.1.1.1:443 | outside tcp 1.1.1.1:443 203.0.113.7:8080", true, false},     // a forwarded port
		{"inside tcp 10.1.0.5:4000 1.1.1.1:443 | outside tcp 1.1.1.1:443 203.0.113.7:40000", false, true},    // not lent, the host's own
		{"inside tcp [fd00:1::5]:4000 [2001:db8:1::1]:443 | outside tcp [2001:db8:1::1]:443 [2001:db8::7]:4000", true, true},
	} {
		original, reply := session(c.session)
		if got := rs.Carries(&original, &reply, c.sourceNAT); got != c.want {
			t.Errorf("%s: %v", c.session, got)
		}
	}
}

func TestCarriesNoFamilyThatDoesNotPass(t *testing.T) {
	box := home()
	box.Sides[netstack.Outside].IPv4 = false
	original, reply := session("inside tcp 10.1.0.5:4000 1.1.1.1:443 | outside tcp 1.1.1.1:443 10.1.0.5:4000")
	if compiled(t, homeSpec(), box).Carries(&original, &reply, false) {
		t.Error("IPv4 does not pass any more, and is carried")
	}
}
