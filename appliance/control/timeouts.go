package control

import "context"

// Timeout is how long a session may be idle in one state.
type Timeout struct {
	Name    string `json:"name"`
	Seconds int64  `json:"seconds"`
	// Source is what set it: "default", "profile" (loose or fw1), "file" or "rule".
	Source string `json:"source"`
	// Rule and Service are whose sessions alone it is of; empty: everybody's.
	Rule    string `json:"rule"`
	Service string `json:"service"`
}

// Timeouts asks for every timeout.
func (c *Client) Timeouts(ctx context.Context) ([]Timeout, error) {
	return list[Timeout](ctx, c, "/v1/timeouts")
}
