package control

import (
	"cmp"
	"context"
	"net/http"
	"net/netip"
	"slices"
	"time"
)

// Mapping is the external endpoint of an endpoint inside.
type Mapping struct {
	Protocol     string     `json:"protocol"`
	Side         string     `json:"side"` // where the inside endpoint lives
	Inside       netip.Addr `json:"inside"`
	InsidePort   uint16     `json:"inside_port"` // of ICMP: the identifier
	External     netip.Addr `json:"external"`
	ExternalPort uint16     `json:"external_port"`
	Remote       netip.Addr `json:"remote,omitzero"` // that an address-dependent mapping is for
	Mapping      string     `json:"mapping"`         // endpoint-independent, address-dependent or address-and-port-dependent
	Filtering    string     `json:"filtering"`       // likewise
	Rule         string     `json:"rule"`            // name of the rule that let in the session it was made for
	NAT          string     `json:"nat"`             // name of the translation rule it was made by
	Sessions     int        `json:"sessions"`        // that hold it
	Since        time.Time  `json:"since"`
}

// External is how many ports of an external address are lent.
type External struct {
	Address  netip.Addr `json:"address"`
	Protocol string     `json:"protocol"`
	Ports    int        `json:"ports"` // of ICMP: identifiers
}

// Mappings calls yield for each mapping that filter picks, until it returns
// false. The error may come after some mappings.
func (c *Client) Mappings(ctx context.Context, filter string, yield func(Mapping) bool) error {
	return eachLine(ctx, c, "/v1/nat", filter, yield)
}

// Externals asks for the external addresses of which anything is lent.
func (c *Client) Externals(ctx context.Context) ([]External, error) {
	return list[External](ctx, c, "/v1/nat/addresses")
}

func (s *Server) getMappings(w http.ResponseWriter, r *http.Request) {
	f, ok := s.filter(w, r)
	if !ok {
		return
	}
	lines := s.lines(w)
	now := time.Now()
	s.backend.Mappings(func(m Mapping) bool {
		m.Since = moment(m.Since)
		return !f.MatchMapping(&m, now) || lines.put(m)
	})
	lines.flush()
}

// MatchMapping reports whether f picks m: as the session that it would be made
// for, of which the remote end is not known. So "src" is the inside endpoint,
// "reply dst" the external one, and "host", "port" and "net" are either.
func (f Filter) MatchMapping(m *Mapping, now time.Time) bool {
	return f.Match(&Session{
		Protocol: m.Protocol,
		Original: Tuple{Src: m.Inside, Sport: m.InsidePort, Dst: m.Remote, In: m.Side},
		Reply:    Tuple{Src: m.Remote, Dst: m.External, Dport: m.ExternalPort},
		Rule:     m.Rule, NAT: m.NAT, Started: m.Since, LastSeen: now,
	}, now)
}

// tidyExternals orders the list by address and protocol.
func tidyExternals(all []External) []External {
	all = slices.Clone(all)
	slices.SortFunc(all, func(a, b External) int {
		return cmp.Or(a.Address.Compare(b.Address), cmp.Compare(a.Protocol, b.Protocol))
	})
	return all
}
