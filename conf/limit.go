package conf

import (
	"strconv"
	"strings"
	"time"

	"sallyport/policy"
	"sallyport/state"
)

// The bounds of a rule's limit.
const (
	MaxRateSessions = 1000000
	MaxRateTime     = 24 * time.Hour
)

// readLimit reads limit = { sessions = 100, per_source = 10, rate_per_source =
// "20/s", half_open = 50 }.
func readLimit(v value, l *state.Limit) {
	ok := v.read([]field{
		{"sessions", func(v value) { v.setInt(&l.Sessions, 1, MaxSessions) }},
		{"per_source", func(v value) { v.setInt(&l.PerSource, 1, MaxSessions) }},
		{"rate_per_source", func(v value) { readRate(v, &l.Rate) }},
		{"half_open", func(v value) { v.setInt(&l.HalfOpen, 1, MaxSessions) }},
	})
	if data, _ := v.data.(map[string]any); ok && len(data) == 0 {
		v.fail("it bounds nothing; say sessions, per_source, rate_per_source or half_open")
	}
}

// readRate reads "20/s", "100/m", "5/h" or "20/10s".
func readRate(v value, to *state.Rate) {
	text, ok := v.text()
	if !ok {
		return
	}
	count, unit, _ := strings.Cut(text, "/")
	n, err := strconv.ParseUint(strings.TrimSpace(count), 10, 32)
	unit = strings.TrimSpace(unit)
	if unit == "s" || unit == "m" || unit == "h" {
		unit = "1" + unit
	}
	per, err2 := time.ParseDuration(unit)
	switch {
	case err != nil || err2 != nil || per <= 0:
		v.fail("%q is not a rate such as \"20/s\", \"100/m\" or \"20/10s\"", text)
	case n < 1 || n > MaxRateSessions || per > MaxRateTime || per/time.Duration(n) < time.Microsecond:
		v.fail("%q is not from 1 to %d sessions, in a day at most", text, MaxRateSessions)
	default:
		*to = state.Rate{Sessions: int(n), Per: per}
	}
}

// checkLimit refuses a limit where no session is ever counted.
func (c *clause) checkLimit(rule value) {
	at, ok := c.places["limit"]
	table, _ := rule.data.(map[string]any)
	action := table["action"]
	switch {
	case !ok:
	case action == "drop" || action == "reject":
		at.failKey("a limit is of sessions, and this rule lets none in")
	case c.to == policy.ToSelf:
		at.failKey("the box's own sessions do not pass the firewall's table, so they cannot be counted; bound them where they are served")
	}
}

// limitNumber returns the number of a rule's limit: each rule has its own.
func (s *Settings) limitNumber(l *state.Limit, at value) uint16 {
	if *l == (state.Limit{}) {
		return 0
	}
	if len(s.Limits) == MaxLimits {
		at.failKey("more than %d rules with limits", MaxLimits)
		return 0
	}
	s.Limits = append(s.Limits, *l)
	return uint16(len(s.Limits))
}

// MaxLimits is how many rules may have a limit.
const MaxLimits = 10000
