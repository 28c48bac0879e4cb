package netstack

// Side is one of the two doors.
type Side uint8

const (
	Inside  Side = iota // the protected network (RFC 2647)
	Outside             // the unprotected network
	// Self is the firewall's own addresses. No packet arrives from Self; it is
	// where a packet for the box itself goes: back to the kernel through the
	// device it came from.
	Self

	// Sides is the number of doors, for arrays indexed by Inside and Outside.
	Sides = 2
)

// Opposite returns the other door; only for Inside and Outside.
func (s Side) Opposite() Side { return s ^ 1 }

func (s Side) String() string {
	return [...]string{"inside", "outside", "self"}[s]
}
