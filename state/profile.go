package state

import (
	"time"

	"sallyport/netstack"
)

// Profile is how much of a conversation a session believes.
type Profile uint8

const (
	// Strict passes what a correct endpoint could have sent in a conversation
	// that was seen from its first packet, and nothing else.
	Strict Profile = iota
	// Loose also picks up a TCP conversation in its middle, for a short time
	// until both ends were heard.
	Loose
	// FW1 is FireWall-1 4.1 as Lance Spitzner measured it in 2000, its weaknesses
	// included: for labs and teaching.
	FW1

	Profiles // the number of profiles
)

var profileNames = [Profiles]string{"strict", "loose", "fw1"}

func (p Profile) String() string { return profileNames[p] }

// ParseProfile returns the profile of that name.
func ParseProfile(name string) (Profile, bool) {
	for p, n := range profileNames {
		if n == name {
			return Profile(p), true
		}
	}
	return Strict, false
}

// Timeouts returns the durations that hold in a profile if nothing else is said.
// FireWall-1 had one for each of: a SYN unanswered, a connection, a connection
// after a FIN or RST, UDP.
func (p Profile) Timeouts() Timeouts {
	t := DefaultTimeouts()
	if p == FW1 {
		t[TCPOpening] = 60 * time.Second
		t[TCPEstablished] = time.Hour
		t[TCPClosing] = 50 * time.Second
		t[UDPSingle], t[UDPMultiple] = 40*time.Second, 40*time.Second
	}
	return t
}

// Begins says whether a rule of this profile may accept p, which belongs to no
// session and is whole: ReasonNone, or why it cannot begin a conversation
// whatever the rule says. p's TCP flags need not have been tested.
func (profile Profile) Begins(p *netstack.Packet) netstack.Reason {
	if profile == FW1 || profile == Loose && picksUp(p) {
		return netstack.ReasonNone
	}
	reason := opens(p)
	switch {
	case reason == netstack.ReasonNone:
	case p.ICMP == netstack.ICMPError:
		return netstack.ICMPUnrelated
	case p.Flow.Proto == netstack.TCP && !netstack.ValidTCPFlags(p.TCPFlags):
		return netstack.BadFlags
	}
	return reason
}
