package appliance

import (
	"strings"
	"time"

	"sallyport/netstack"
)

// announce says in a few lines what is steered where.
func (a *Appliance) announce() {
	for _, w := range a.settings().Warnings {
		a.log.Warn().Msg(w.String())
	}
	for _, w := range a.plumbing.Warnings() {
		a.log.Warn().Msg(w)
	}
	s := a.Status()
	for side, d := range s.Sides {
		e := a.log.Info().Str("device", d.Device).Str("driver", d.Driver).Int("mtu", d.MTU).
			Str("families", strings.Join(d.Families, ","))
		if d.DriverWhy != "" {
			e = e.Str("not_better", d.DriverWhy)
		}
		e.Str("networks", list(d.Networks, side)).Str("addresses", list(d.Addresses, -1)).
			Msgf("%s: %s", d.Side, steeredFrom(d.Interface))
	}
	a.log.Info().Int("rules", s.Policy.Rules).Int("max_sessions", s.Sessions.Max).
		Dur("took_ms", time.Since(a.started)).Msg("ready: forwarding")
}

func steeredFrom(iface string) string {
	if iface == "" {
		return "a bare TUN, routes are yours"
	}
	return iface + " is steered through the firewall"
}

// list joins what has a String; without a list, a side that is the outside
// holds everything else.
func list[T interface{ String() string }](values []T, side int) string {
	if len(values) == 0 && side == int(netstack.Outside) {
		return "everything else"
	}
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = v.String()
	}
	return strings.Join(words, " ")
}
