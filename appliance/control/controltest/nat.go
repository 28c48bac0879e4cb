package controltest

import (
	"net/netip"
	"time"

	"sallyport/appliance/control"
)

// Mappings has one of a game, and one for each remote address.
func (b *Backend) Mappings(yield func(control.Mapping) bool) {
	for _, m := range []control.Mapping{
		{
			Protocol: "udp", Side: "inside", Inside: netip.MustParseAddr("10.1.0.5"), InsidePort: 3074,
			External: netip.MustParseAddr("192.0.2.1"), ExternalPort: 3074,
			Mapping: "endpoint-independent", Filtering: "endpoint-independent",
			Rule: "games", NAT: "console", Sessions: 12, Since: Noon.Add(-2 * time.Hour),
		},
		{
			Protocol: "tcp", Side: "inside", Inside: netip.MustParseAddr("10.1.0.6"), InsidePort: 40000,
			External: netip.MustParseAddr("192.0.2.1"), ExternalPort: 51234, Remote: netip.MustParseAddr("198.51.100.7"),
			Mapping: "address-dependent", Filtering: "address-and-port-dependent",
			Rule: "web", NAT: "internet", Sessions: 1, Since: Noon.Add(-3 * time.Second),
		},
	} {
		if !yield(m) {
			return
		}
	}
}

// Externals has one address, and its protocols out of order.
func (b *Backend) Externals() []control.External {
	return []control.External{
		{Address: netip.MustParseAddr("192.0.2.1"), Protocol: "udp", Ports: 1},
		{Address: netip.MustParseAddr("192.0.2.1"), Protocol: "tcp", Ports: 64511},
	}
}
