package netstack

// PortRange is a range of ports, both ends included. The zero PortRange is
// empty.
type PortRange struct{ First, Last uint16 }

// Contains reports whether port is in r; never true of the zero range but for
// port 0.
func (r PortRange) Contains(port uint16) bool { return r.First <= port && port <= r.Last }

// Pool is an external address with the ports that may be used on it. It is
// immutable; policy makes it, state allocates from it. Two pools with the same
// Addr share its ports: which of them are taken is state's to know.
type Pool struct {
	Addr  Addr
	Ports []PortRange // ascending, disjoint, not empty, without port 0
}

// Translation is what the policy asks of NAT for a new session. The zero
// Translation asks nothing.
type Translation struct {
	// Dst and DstPort are where the session really goes, if Dst is not zero
	// (destination NAT). DstPort is kept if 0.
	Dst     Addr
	DstPort uint16
	// Pool is the external address and ports that the session's source is to be
	// taken from, if not nil (source NAT). A session that asks for one and gets
	// none must not leave.
	Pool *Pool
	// Rule numbers the translation rules applied, 1-based, 0 for none.
	DstRule, SrcRule uint16
}
