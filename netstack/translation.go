package netstack

// PortRange is a range of ports, both ends included. The zero PortRange is
// empty.
type PortRange struct{ First, Last uint16 }

// Contains reports whether port is in r; never true of the zero range but for
// port 0.
func (r PortRange) Contains(port uint16) bool { return r.First <= port && port <= r.Last }

// Translation is what the policy asks of NAT for a new session. The zero
// Translation asks nothing.
type Translation struct {
	// Dst and DstPort are where the session really goes, if Dst is not zero
	// (destination NAT). DstPort is kept if 0.
	Dst     Addr
	DstPort uint16
	// Src is the address that the session's source becomes, if not zero, its port
	// kept: one to one. Never together with Pool.
	Src Addr
	// Pool is where the session's source is to be taken from, if not nil (source
	// NAT). A session that asks for one and gets none must not leave.
	Pool *Pool
	// Rule numbers the translation rules applied, 1-based, 0 for none.
	DstRule, SrcRule uint16
}

// TranslatesSource reports whether the session leaves with another source.
func (t *Translation) TranslatesSource() bool { return t.Pool != nil || !t.Src.IsZero() }
