package control

import (
	"context"
	"slices"
	"time"
)

// Rule is one rule and how often it decided.
type Rule struct {
	Number  uint32    `json:"number"` // 1-based; 0 for the default
	Name    string    `json:"name"`
	Action  string    `json:"action"` // accept, drop or reject
	Hits    uint64    `json:"hits"`   // packets it decided about
	LastHit time.Time `json:"last_hit,omitzero"`
	// FirstHit is since the counters began, which is before the start if the
	// sessions are kept over one.
	FirstHit time.Time `json:"first_hit,omitzero"`
	Sessions uint64    `json:"sessions"` // that it let in
	Live     int       `json:"live"`     // sessions that live under it now
	Packets  uint64    `json:"packets"`  // of its sessions, both ways, or that it refused
	Bytes    uint64    `json:"bytes"`    // of them
	Share    float64   `json:"share"`    // of the bytes of all rules, 0 to 1
	// Note is shadowed, redundant, never-matches, accepts-all or source-port;
	// empty: nothing is noticed. By are the rules that shadow it or make it
	// redundant.
	Note string   `json:"note"`
	By   []string `json:"by"`
	// Off says that it does not hold now, by its schedule or because its time is
	// over.
	Off   bool       `json:"off,omitempty"`
	Limit *RuleLimit `json:"limit,omitempty"` // nil: it has none
}

// RuleLimit is how far a rule's sessions are from its limits; a limit that is 0
// is none.
type RuleLimit struct {
	Sessions      int     `json:"sessions"` // now; those included that have expired and are not yet reaped
	MaxSessions   int     `json:"max_sessions"`
	HalfOpen      int     `json:"half_open"`
	MaxHalfOpen   int     `json:"max_half_open"`
	Sources       int     `json:"sources"` // that are remembered
	MaxPerSource  int     `json:"max_per_source"`
	RatePerSource int     `json:"rate_per_source"` // sessions in each rate_seconds
	RateSeconds   float64 `json:"rate_seconds"`
	// Refused counts packets by the reason they were refused for.
	Refused map[string]uint64 `json:"refused"`
}

// Rules asks for the rules in their order.
func (c *Client) Rules(ctx context.Context) ([]Rule, error) {
	return list[Rule](ctx, c, "/v1/rules")
}

func tidyRules(rules []Rule) []Rule {
	rules = slices.Clone(rules)
	for i := range rules {
		r := &rules[i]
		r.FirstHit, r.LastHit = moment(r.FirstHit), moment(r.LastHit)
		r.By = append([]string{}, r.By...)
	}
	return rules
}
