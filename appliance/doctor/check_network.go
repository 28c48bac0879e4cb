package doctor

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

func interfaces(f *Facts) []Finding {
	if len(f.Interfaces) == 0 {
		return one("interfaces", Fail, "there are none but lo", "give the machine, or connect the container to, two networks")
	}
	var all []Finding
	for _, i := range f.Interfaces {
		all = append(all, Finding{"interface " + i.Name, OK, i.String(), ""})
	}
	return all
}

func (i Interface) String() string {
	state := "down"
	if i.Up {
		state = "up"
	}
	words := []string{state, fmt.Sprintf("mtu %d", i.MTU)}
	for _, a := range i.Addresses {
		words = append(words, a.String())
	}
	if len(i.Addresses) == 0 {
		words = append(words, "no address")
	}
	return strings.Join(words, ", ")
}

func sides(f *Facts) []Finding {
	if len(f.Sides) == 0 {
		return one("sides", OK, "not told which interfaces to look at; --inside and --outside, or --config, tell", "")
	}
	if len(f.Sides) == 2 && f.Sides[0].Name == f.Sides[1].Name && f.Sides[0].Err == nil && f.Sides[1].Err == nil {
		return one("sides", Fail, "inside and outside are the same interface, "+f.Sides[0].Name, "name two different ones")
	}
	var all []Finding
	for _, s := range f.Sides {
		all = append(all, f.side(s))
	}
	return all
}

func (f *Facts) side(s SideFact) Finding {
	if s.Err != nil {
		return Finding{s.Side, Fail, s.Err.Error(), "name one that is there, or a subnet that one has an address in"}
	}
	at := slices.IndexFunc(f.Interfaces, func(i Interface) bool { return i.Name == s.Name })
	if at >= 0 && !f.Interfaces[at].Up {
		return Finding{s.Side, Fail, s.Name + " is down", "ip link set " + s.Name + " up"}
	}
	if at >= 0 && len(f.Interfaces[at].Addresses) == 0 {
		return Finding{s.Side, Warn, s.Name + " has no address: nothing can be masqueraded behind it",
			"ip addr add ADDRESS/LENGTH dev " + s.Name + ", or gateway = [...] for its side in the configuration"}
	}
	return Finding{s.Side, OK, "is " + s.Name, ""}
}

// leftovers of a killed run keep the doors shut, which is what they are for.
func leftovers(f *Facts) []Finding {
	switch {
	case f.Running != nil || len(f.Leftovers) == 0:
		return nil
	case len(f.Sides) > 0:
		return one("leftovers", OK, "a killed run has left "+strings.Join(f.Leftovers, "; ")+"; the next start replaces them", "")
	}
	return one("leftovers", Warn, "a killed run has left "+strings.Join(f.Leftovers, "; ")+": nothing passes until it is started again",
		"start sallyport again, and stop it with SIGTERM: it removes them")
}

// thirdLeg is an interface besides the two from which the kernel itself
// forwards, past the policy.
func thirdLeg(f *Facts) []Finding {
	if len(f.Sides) == 0 {
		return nil
	}
	var all []Finding
	for _, i := range f.Interfaces {
		if i.Forwarding && i.Up && !f.steered(i.Name) && !f.own(i.Name) {
			all = append(all, Finding{"third-leg", Warn,
				"the kernel forwards what arrives on " + i.Name + ", to both networks, past the policy",
				fmt.Sprintf("sysctl -w net/ipv4/conf/%[1]s/forwarding=0 net/ipv6/conf/%[1]s/forwarding=0", i.Name)})
		}
	}
	return all
}

// listeners on ephemeral ports look like the box's own client connections,
// which are not steered into the firewall.
func listeners(f *Facts) []Finding {
	var all []Finding
	for _, s := range f.Listeners {
		if f.Ephemeral.Contains(s.Local.Port()) {
			all = append(all, Finding{"listener", Warn,
				fmt.Sprintf("%s %v listens on an ephemeral port: it is reachable from both networks past the policy", s.Protocol, s.Local),
				fmt.Sprintf("ss -Hln%cp 'sport = :%d' tells whose it is; bind it to 127.0.0.1, or to a port below %d",
					s.Protocol[0], s.Local.Port(), f.Ephemeral.First)})
		}
	}
	return all
}

var dockerResolver = netip.MustParseAddr("127.0.0.11")

func dockerDNS(f *Facts) []Finding {
	if !slices.Contains(f.Nameservers, dockerResolver) {
		return nil
	}
	return one("docker-dns", Warn, "Docker answers names at 127.0.0.11: so it does for the containers on the inside network, past the policy",
		"give those containers dns: [ADDRESS] with a name server beyond the firewall")
}

func logins(f *Facts) []Finding {
	var all []Finding
	for _, session := range f.CutOff {
		all = append(all, Finding{"login", Warn, session + ", and would be cut off",
			`allow it by a rule with to = "self", or start with --yes`})
	}
	return all
}

func running(f *Facts) []Finding {
	switch {
	case f.Running == nil:
		return one("running", OK, "no firewall answers on "+f.Socket, "")
	case !f.Running.Ready:
		return one("running", Warn, fmt.Sprintf("one runs, pid %d, and is not ready: nothing passes", f.Running.PID), "read its log")
	}
	return one("running", OK, fmt.Sprintf("one runs, pid %d, and is ready", f.Running.PID), "")
}

// asymmetric tells what the running firewall sees one direction of.
func asymmetric(f *Facts) (all []Finding) {
	if f.Running == nil {
		return nil
	}
	for _, pair := range f.Running.OneWay {
		all = append(all, Finding{"asymmetric", Warn, "only one direction passes here: " + pair,
			`lead both ways through the firewall, or give a rule for them profile = "loose"`})
	}
	return all
}
