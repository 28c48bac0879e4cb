package conf

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"sallyport/netstack"
	"sallyport/policy"
	"sallyport/state"
)

// summary says all of s in words, what is as by default left out.
func summary(s *Settings) string {
	var b strings.Builder
	for side, v := range s.Sides {
		fmt.Fprintf(&b, "%v: interface %q subnet %v networks %v gateway %v tun %s bare %v\n",
			netstack.Side(side), v.Interface, v.Subnet, v.Networks, v.Gateway, v.TUN, v.Bare())
	}
	fmt.Fprintf(&b, "tun: %+v\nstate: %v, %d sessions%s\n",
		s.TUN, s.State.Terms[0].Profile, s.State.MaxSessions, timeoutWords(s.State.Terms[0]))
	if s.State.Snapshot != "" {
		fmt.Fprintf(&b, "snapshot %s every %v\n", s.State.Snapshot, s.State.SnapshotInterval)
	}
	for _, t := range s.State.Services {
		fmt.Fprintf(&b, "idle %s: %s %v\n", t.Name, serviceWord(t.Service), t.Idle)
	}
	for _, t := range s.Policy.SYNOnly {
		fmt.Fprintf(&b, "fastmode %s\n", serviceWord(t))
	}
	for _, r := range s.Policy.Rules {
		b.WriteString(ruleWords(s, &r) + "\n")
	}
	for _, n := range s.Policy.NAT {
		b.WriteString(natWords(&n) + "\n")
	}
	fmt.Fprintf(&b, "log: %+v\ncontrol: %+v\n", s.Log, s.Control)
	for _, w := range s.Warnings {
		fmt.Fprintf(&b, "%d:%d: %s\n", w.Line, w.Column, w.Message)
	}
	return b.String()
}

func ruleWords(s *Settings, r *policy.Rule) string {
	words := fmt.Sprintf("rule %s: %s %v", r.Name, where(r.From, r.To, r.Family, r.Source, r.Destination, r.Service), r.Action)
	if r.Log {
		words += ", logged"
	}
	if r.Terms != 0 {
		words += fmt.Sprintf(", %v%s", s.State.Terms[r.Terms].Profile, timeoutWords(s.State.Terms[r.Terms]))
	}
	if r.Limit != 0 {
		words += fmt.Sprintf(", limit %+v", s.Limits[r.Limit-1])
	}
	if r.When != 0 {
		w := s.Whens[r.When-1]
		words += ", " + strings.Join(w.Words, " ")
		if !w.Until.IsZero() {
			words += " until " + w.Until.Format(time.RFC3339)
		}
	}
	return words
}

// timeoutWords says every timeout that is not strict's or was written.
func timeoutWords(t Terms) (s string) {
	for timer, d := range t.Timeouts {
		if t.Said[timer] || d != state.DefaultTimeouts()[timer] {
			s += fmt.Sprintf(", %v %v", state.Timer(timer), d)
		}
	}
	return s
}

func where(from, to policy.Zones, f policy.Family, source, destination []policy.Address, service []policy.Service) string {
	s := zoneWords(from) + " to " + zoneWords(to)
	s += [...]string{"", " ipv4", " ipv6"}[f]
	s += addressWords(" source", source) + addressWords(" destination", destination)
	if len(service) > 0 {
		s += " service"
		for _, e := range service {
			s += " " + serviceWord(e)
		}
	}
	return s + ":"
}

func zoneWords(z policy.Zones) string {
	var words []string
	for side := range netstack.Self + 1 {
		if z.Has(side) {
			words = append(words, side.String())
		}
	}
	return strings.Join(words, "|")
}

func addressWords(word string, list []policy.Address) (s string) {
	for _, a := range list {
		entry := fmt.Sprintf("%v-%v", a.Range.First, a.Range.Last)
		if a.Self {
			entry = "self"
		}
		if a.Negate {
			entry = "!" + entry
		}
		s += " " + entry
	}
	if s == "" {
		return ""
	}
	return word + s
}

func serviceWord(s policy.Service) string {
	word := s.Protocol.String()
	switch {
	case s.ICMP:
		word = fmt.Sprintf("%v/%d/%d", s.Protocol, s.Type, s.Code)
	case s.Destination != netstack.PortRange{}:
		word = fmt.Sprintf("%v/%d-%d", s.Protocol, s.Destination.First, s.Destination.Last)
	}
	if s.Source != (netstack.PortRange{}) {
		word += fmt.Sprintf(" from %d-%d", s.Source.First, s.Source.Last)
	}
	if s.Negate {
		word = "!" + word
	}
	return word
}

// natWords says what becomes of what a translation matches.
func natWords(n *policy.NAT) string {
	words := []string{fmt.Sprintf("nat %s: %s %s", n.Name, where(n.From, n.To, n.Family, n.Source, n.Destination, n.Service),
		[...]string{"", "masquerade", "snat", "dnat", "static", "nptv6", "none"}[n.Type])}
	for _, t := range n.Targets {
		words = append(words, fmt.Sprintf("to %v:%d-%d", t.Addr, t.Ports.First, t.Ports.Last))
	}
	for _, r := range n.External {
		words = append(words, fmt.Sprintf("as %v-%v", r.First, r.Last))
	}
	if !reflect.DeepEqual(n.Lending, policy.Lending{}) {
		words = append(words, fmt.Sprintf("lending %+v", n.Lending))
	}
	if n.NoHairpin {
		words = append(words, "no hairpin")
	}
	return strings.Join(words, " ")
}
