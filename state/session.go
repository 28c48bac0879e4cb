package state

import (
	"math/bits"

	"sallyport/netstack"
)

// session is what packets touch of the record of one conversation; cold has the
// rest. It is free of pointers, and with its lock (see cell) three lines of the
// cache long. Its parts are those lines.
type session struct {
	// What every packet writes, beside the lock.
	expires, seen  Instant
	packets, bytes [2]uint64 // by direction
	flags          Flags
	terms          TermsID
	phase          phase
	timer          Timer
	proto          netstack.Protocol // of both keys: see key.go
	sides          uint8             // a part of the keys

	// What trackers have learnt, and what packets are told.
	peer       [2]peer // TCP: the sender of each direction
	newSYN     uint32  // TCP: the sequence number of a SYN that waits to take this session's place: see tcp_reuse.go
	serial     uint32  // how often this record has been used before
	rule       uint32
	generation uint32
	ports      [2]ports // a part of the keys

	// What no packet writes but one that turns the session round: see reopen.go.
	addrs [2]addrs // a part of the keys
}

// cold is what no packet touches that neither begins a session nor ends it.
type cold struct {
	started          Instant
	mapping          ref    // the external port that the session holds, 0: none; the next free record, if free
	dstRule, srcRule uint16 // the translation rules at work, 1-based, 0: none
}

func (c *cold) nextFree() *ref { return &c.mapping }

// whole is a copy of both.
type whole struct {
	session
	cold
}

// phase is where a session is in its life. The TCP phases are explained in
// tcp.go.
type phase uint8

const (
	free phase = iota // the record is not in use
	synSent
	synSent2
	synReceived
	established
	finWait
	closeWait
	closing
	lastAck
	timeWait
	reset
	pickedUp     // profile loose: begun in the middle, and only one end heard
	resumed      // TCP, from a snapshot: the ends have not been heard again
	cookieWait   // SCTP: an INIT has passed
	cookieEchoed // SCTP: the tags are known
	closed       // SCTP: both ends have shut down
	single       // not TCP or SCTP: packets one way only
	multiple     // packets both ways
	answered     // DNS: nothing asked is left to answer
	phases
)

var phaseWords = [phases]string{
	"free", "syn-sent", "syn-sent2", "syn-received", "established", "fin-wait", "close-wait",
	"closing", "last-ack", "time-wait", "reset", "picked-up", "resumed", "cookie-wait", "cookie-echoed", "closed",
	"single", "multiple", "answered",
}

// over reports whether the conversation has ended, so that the session only
// waits for stragglers. Its timer is then absolute: no packet prolongs it.
func (p phase) over() bool {
	const phases = 1<<timeWait | 1<<reset | 1<<closed | 1<<answered
	return phases>>p&1 != 0
}

// halfOpen reports whether the handshake is not complete.
func (p phase) halfOpen() bool {
	const phases = 1<<synSent | 1<<synSent2 | 1<<synReceived | 1<<cookieWait | 1<<cookieEchoed
	return phases>>p&1 != 0
}

var tcpTimers = [phases]Timer{
	synSent: TCPOpening, synSent2: TCPOpening, synReceived: TCPOpening,
	established: TCPEstablished, finWait: TCPEstablished, closeWait: TCPEstablished,
	closing: TCPClosing, lastAck: TCPClosing, timeWait: TCPTimeWait, reset: TCPReset,
	pickedUp: TCPPickUp, resumed: TCPEstablished,
}

var sctpTimers = [phases]Timer{
	cookieWait: SCTPOpening, cookieEchoed: SCTPOpening, established: SCTPEstablished,
	closing: SCTPClosing, closed: SCTPClosed, reset: SCTPClosed,
}

// timerOf returns the timer of a session of protocol proto in phase p.
func timerOf(proto netstack.Protocol, p phase) Timer {
	switch proto {
	case netstack.TCP:
		return tcpTimers[p]
	case netstack.UDP, netstack.UDPLite:
		return UDPSingle + Timer(p-single)
	case netstack.ICMP, netstack.ICMPv6:
		return ICMPQuery
	case netstack.SCTP:
		if p < single {
			return sctpTimers[p]
		}
	}
	return GenericSingle + Timer(p-single)
}

// Flags are facts about a session that listings show.
type Flags uint16

const (
	SourceNAT      Flags = 1 << iota // the original direction's source is translated
	DestinationNAT                   // the original direction's destination is translated
	Hairpin                          // both ends are on one side
	Replied                          // packets have been seen both ways
	Logged                           // start and end are to be logged
	PickedUp                         // begun in the middle of the conversation
	ThroughMapping                   // begun by a remote end that a mapping's filtering let in
	reported                         // the end has been put on record
	turned                           // the directions were exchanged since it was begun
)

var flagWords = [...]string{"source-nat", "destination-nat", "hairpin", "replied", "logged", "picked-up", "through-mapping"}

// Words returns the name of each flag set.
func (f Flags) Words() []string {
	words := make([]string, 0, bits.OnesCount16(uint16(f)))
	for i, w := range flagWords {
		if f>>i&1 != 0 {
			words = append(words, w)
		}
	}
	return words
}

// count adds a packet of direction d to the counters: a super-packet as the
// packets on the wire that it stands for.
func (s *session) count(d Direction, p *netstack.Packet) {
	segments := uint64(p.Segments())
	s.packets[d] += segments
	s.bytes[d] += uint64(p.Len()) + (segments-1)*uint64(p.Payload)
}
