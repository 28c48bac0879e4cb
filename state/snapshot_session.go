package state

import "sallyport/netstack"

// saved is a session with what stands in a file for its references to the table
// and to the policy.
type saved struct {
	whole
	key                    [2]netstack.FlowKey // of the session, which has no room for any two
	rule, dstRule, srcRule uint32              // numbers of names
	profile                Profile
	mapped                 bool // it holds the mapping that its keys tell
	// source is that mapping, through the one that it came in through.
	source, through savedMapping
}

// fields is a session field by field, in the file's order. To save one more,
// add it at the end, and one to snapshotVersion: records of an older version are
// read as if what they lack were zero.
func (s *saved) fields(c *codec) {
	flow(c, &s.key[Original])
	flow(c, &s.key[Reply])
	u64(c, &s.started)
	u64(c, &s.seen)
	u64(c, &s.expires)
	u32(c, &s.rule)
	u32(c, &s.dstRule)
	u32(c, &s.srcRule)
	word(c, savedBools, &s.mapped)
	word(c, savedProfiles, &s.profile)
	word(c, savedPhases, &s.phase)
	word(c, savedTimers, &s.timer)
	set(c, savedFlags, &s.flags)
	for d := range Direction(2) {
		u64(c, &s.packets[d])
		u64(c, &s.bytes[d])
		s.peer[d].fields(c)
	}
	u32(c, &s.newSYN)
	u8(c, &s.waiting().newScale)
	s.source.fields(c)
	s.through.fields(c)
}

func (p *peer) fields(c *codec) {
	u32(c, &p.seqLo)
	u32(c, &p.seqHi)
	u32(c, &p.ack)
	u32(c, &p.maxWin)
	u8(c, &p.scale)
	set(c, savedPeerFlags, &p.flags)
}

// What stands for what in the file, whatever the numbers are in this version.
// These lists only grow, at their ends.
var (
	savedBools = []bool{false, true}
	// Sessions of a version that knew nothing else had the first of each.
	savedMappings   = []netstack.Dependence{netstack.EndpointIndependent, netstack.AddressDependent, netstack.AddressAndPortDependent}
	savedFilterings = []netstack.Dependence{netstack.AddressAndPortDependent, netstack.AddressDependent, netstack.EndpointIndependent}
	savedProfiles   = []Profile{Strict, Loose, FW1}
	savedPhases     = []phase{
		free, synSent, synSent2, synReceived, established, finWait, closeWait, closing, lastAck, timeWait, reset,
		single, multiple, pickedUp, cookieWait, cookieEchoed, closed, answered, resumed,
	}
	savedTimers = []Timer{
		TCPOpening, TCPEstablished, TCPClosing, TCPTimeWait, TCPReset, UDPSingle, UDPMultiple, ICMPQuery,
		GenericSingle, GenericMultiple, TCPPickUp, TCPUnverifiedReset, UDPAnswered,
		SCTPOpening, SCTPEstablished, SCTPClosing, SCTPClosed,
	}
	savedFlags     = []Flags{SourceNAT, DestinationNAT, Hairpin, Replied, Logged, reported, PickedUp, ThroughMapping, turned}
	savedPeerFlags = []peerFlags{crossed, finSent, finAcked, challenged, newSYN, newData, heard, finSaid}
)
