package control

import (
	"context"
	"net/netip"
	"time"
)

// Stat counts the packets that met one fate, by the side they arrived on.
type Stat struct {
	Reason  string `json:"reason"` // a netstack.Reason, or "passed"
	Inside  uint64 `json:"inside"`
	Outside uint64 `json:"outside"`
}

// Asymmetric is a pair of addresses of whose conversations only one direction
// passes here, so that what came was dropped.
type Asymmetric struct {
	In      string     `json:"in"` // side that the direction arrives on
	Src     netip.Addr `json:"src"`
	Dst     netip.Addr `json:"dst"`
	Packets uint64     `json:"packets"` // dropped for that, at least
	Last    time.Time  `json:"last"`
}

// Stats asks for every reason with its count.
func (c *Client) Stats(ctx context.Context) ([]Stat, error) {
	return list[Stat](ctx, c, "/v1/stats")
}

// Asymmetric asks for the pairs of addresses that are seen one way only.
func (c *Client) Asymmetric(ctx context.Context) ([]Asymmetric, error) {
	return list[Asymmetric](ctx, c, "/v1/stats/asymmetric")
}
