package policy

import (
	"fmt"
	"strings"

	"sallyport/netstack"
)

// ruleOf makes a rule of words as in "accept inside->outside 10.1.0.0/24 any tcp/80,tcp/443 log";
// the name of rule i is i.
func ruleOf(words string) (r Rule) {
	f := strings.Fields(words)
	r.Action = map[string]netstack.Verdict{"accept": netstack.Pass, "drop": netstack.Drop, "reject": netstack.Reject}[f[0]]
	r.From, r.To = zonesOf(f[1])
	r.Source, r.Destination = listOf(f[2]), listOf(f[3])
	if f[4] != "any" {
		r.Service = ports(strings.Split(f[4], ",")...)
	}
	r.Log = len(f) > 5
	return r
}

func zonesOf(words string) (from, to Zones) {
	zones := map[string]Zones{"inside": FromInside, "outside": FromOutside, "self": ToSelf, "any": AnyZone}
	a, b, _ := strings.Cut(words, "->")
	return zones[a] &^ ToSelf, zones[b]
}

func listOf(words string) []Address {
	if words == "any" {
		return nil
	}
	return addresses(strings.Split(words, ",")...)
}

// natOf makes a translation of "masquerade inside->outside any any any" or
// "dnat outside any self tcp/80 10.1.0.5:80".
func natOf(words string) (n NAT) {
	f := strings.Fields(words)
	r := ruleOf("drop " + strings.Join(f[1:5], " "))
	n = NAT{Type: Masquerade, From: r.From, To: r.To, Source: r.Source, Destination: r.Destination, Service: r.Service}
	switch f[0] {
	case "dnat":
		n.Type, n.Targets = DNAT, targets(f[5])
	case "snat":
		n.Type, n.External = SNAT, []AddrRange{addresses(f[5])[0].Range}
	case "static":
		n.Type, n.External = Static, []AddrRange{addresses(f[5])[0].Range}
	case "none":
		n.Type = Exempt
	}
	return n
}

// say makes "1 shadowed by 0" of what is found.
func say(list []Finding) string {
	var words []string
	for _, f := range list {
		s := fmt.Sprint(f.Number, [...]string{"", " never", " shadowed", " redundant", " source port", " accepts all", " unopened", " exempts nothing", " external inside", " external taken"}[f.Fault])
		if f.NAT {
			s = "nat " + s
		}
		for _, by := range f.By {
			s += fmt.Sprint(" by ", by)
		}
		words = append(words, s)
	}
	return strings.Join(words, "; ")
}
