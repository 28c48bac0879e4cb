package control

import (
	"context"
	"net/netip"
	"slices"
	"time"
)

// Datagram is one whose fragments are held, because they have not all come, or
// were refused.
type Datagram struct {
	In             string     `json:"in"` // side they arrive on
	Protocol       string     `json:"protocol"`
	Src            netip.Addr `json:"src"`
	Sport          uint16     `json:"sport"` // 0 until the first fragment has come
	Dst            netip.Addr `json:"dst"`
	Dport          uint16     `json:"dport"`
	Identification uint32     `json:"identification"`
	Fragments      int        `json:"fragments"`
	Bytes          int        `json:"bytes"`   // of them, headers included
	First          bool       `json:"first"`   // the first is there
	Last           bool       `json:"last"`    // the last is there
	Refused        string     `json:"refused"` // why no more of it is taken, a netstack.Reason; empty: more is awaited
	Began          time.Time  `json:"began"`
	TimeoutLeft    int64      `json:"timeout_left"`
}

// Fragments asks for the datagrams that are not complete.
func (c *Client) Fragments(ctx context.Context) ([]Datagram, error) {
	return list[Datagram](ctx, c, "/v1/fragments")
}

func tidyDatagrams(all []Datagram) []Datagram {
	all = slices.Clone(all)
	for i := range all {
		all[i].Began = moment(all[i].Began)
	}
	return all
}
