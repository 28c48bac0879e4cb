package forward

import "sallyport/netstack"

// parse makes p the view of f. What may be a first fragment depends on the
// profile.
func (pol *Policy) parse(p *netstack.Packet, in netstack.Side, f *netstack.Frame) netstack.Reason {
	if pol.fw1 {
		return p.ParseTwentyFour(in, f)
	}
	return p.Parse(in, f)
}

// vanishes reports whether the profile has fragments that are refused for this
// reason vanish without a word, as FireWall-1 did: it logged one kind, TCP's that
// were too short. They are counted all the same.
func (pol *Policy) vanishes(r netstack.Reason) bool {
	if pol == nil || !pol.fw1 {
		return false
	}
	switch r {
	case netstack.FragOverlap, netstack.FragBadLength, netstack.FragTooBig, netstack.FragTimeout, netstack.FragLimit:
		return true
	}
	return false
}
