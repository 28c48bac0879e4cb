package appliance

import (
	"sallyport/appliance/control"
	"sallyport/appliance/enforce"
	"sallyport/conf"
	"sallyport/state"
)

// Timeouts implements control.Backend: those that hold everywhere, those of
// services, and then what rules make different.
func (a *Appliance) Timeouts() (out []control.Timeout) {
	s := a.settings()
	c := &s.State
	for timer := range state.Timers {
		out = append(out, timeout(c.Terms[0], timer, sourceOf(c.Terms[0], timer)))
	}
	for _, s := range c.Services {
		for _, timer := range enforce.IdleTimers(s.Service.Protocol) {
			out = append(out, control.Timeout{
				Name: timer.String(), Seconds: int64(s.Idle.Seconds()), Source: "file", Service: s.Name,
			})
		}
	}
	for _, r := range s.Policy.Rules {
		out = append(out, ruleTimeouts(c, r.Name, c.Terms[r.Terms])...)
	}
	return out
}

// ruleTimeouts are what a rule says, and what its profile brings with it.
func ruleTimeouts(c *conf.State, rule string, terms conf.Terms) (out []control.Timeout) {
	if terms == c.Terms[0] {
		return nil
	}
	for timer := range state.Timers {
		source := "rule"
		switch {
		case terms.Said[timer]:
		case terms.Timeouts[timer] != c.Terms[0].Timeouts[timer]:
			source = "profile"
		default:
			continue
		}
		t := timeout(terms, timer, source)
		t.Rule = rule
		out = append(out, t)
	}
	return out
}

func sourceOf(terms conf.Terms, timer state.Timer) string {
	switch {
	case terms.Said[timer]:
		return "file"
	case terms.Timeouts[timer] != state.DefaultTimeouts()[timer]:
		return "profile"
	}
	return "default"
}

func timeout(terms conf.Terms, timer state.Timer, source string) control.Timeout {
	return control.Timeout{Name: timer.String(), Seconds: int64(terms.Timeouts[timer].Seconds()), Source: source}
}
