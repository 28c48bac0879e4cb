package state

import "sallyport/netstack"

// Instant is a moment in nanoseconds since some start that never goes back.
// Whoever drives the table passes it in; the table reads no clock.
type Instant int64

// Direction is which way a packet goes in its session.
type Direction uint8

const (
	Original Direction = iota // as the packet that opened the session
	Reply
)

// Opposite returns the other direction.
func (d Direction) Opposite() Direction { return d ^ 1 }

func (d Direction) String() string { return [...]string{"original", "reply"}[d] }

// Admission is what the policy decided about the packet that opens a session.
type Admission struct {
	Rule        uint32        // rule number, kept for listings
	Generation  uint32        // of the policy that Rule counts in
	Out         netstack.Side // side that the real destination is on: Inside or Outside
	Log         bool          // start and end are to be logged
	Terms       TermsID       // what the session lives by
	Limit       *Limit        // of its rule; nil: none
	NoEntry     bool          // the packet passes by its rule alone, and no session is made
	Mapped      bool          // it comes in through the mapping that it is addressed to: see Table.Mapped
	Translation netstack.Translation
}

// Match is a packet's place in a session, and what becomes of it. It is a copy:
// it stays good whatever happens to the session.
type Match struct {
	Session uint64 // id, unique for the life of the table; 0: no session, see Table.Open
	Dir     Direction
	Out     netstack.Side // side the packet leaves by
	// Leave is the packet's flow as it leaves, to be written into it; for an
	// ICMP error only its addresses count, and Quoted is what the quoted
	// packet is to look like to the error's receiver.
	Leave      netstack.FlowKey
	Quoted     netstack.FlowKey
	Rule       uint32
	Generation uint32
	Condition  Condition // that the packet failed, if it is refused for one
	Event      Event     // what this packet did to its session, if that is to be logged
	completes  bool      // it completes a handshake, by its originator's word
}

// Event is a turn in a session's life, told only if its rule logs. A session
// that ends without a packet, by expiry or by Kill, has no Event: all ends come
// through Table.Ended.
type Event uint8

const (
	NoEvent  Event = iota
	Opened         // this packet began the session
	Closed         // this packet closed or reset it; Table.Ended has its record
	PassedBy       // this packet has no session: its rule alone let it pass
)
