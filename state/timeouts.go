package state

import (
	"fmt"
	"time"
)

// Timer names how long a session in some situation outlives its last packet.
// The names are those of [state.timeouts] and of `sallyport timeouts`.
type Timer uint8

const (
	TCPOpening         Timer = iota // until the handshake is complete
	TCPEstablished                  // both ends speak, or one has closed and the other has not
	TCPClosing                      // both ends have sent a FIN, not all is acknowledged
	TCPTimeWait                     // both FINs are acknowledged
	TCPReset                        // a RST has passed that was exact
	TCPUnverifiedReset              // a RST has passed that may not have been believed
	TCPPickUp                       // begun in the middle, and only one end heard
	UDPSingle                       // datagrams one way only
	UDPMultiple                     // datagrams both ways
	UDPAnswered                     // DNS, and all that was asked is answered
	SCTPOpening                     // until the handshake is complete
	SCTPEstablished                 // an association
	SCTPClosing                     // one end has shut down
	SCTPClosed                      // both have, or one has aborted
	ICMPQuery                       // a query, answered or not
	GenericSingle                   // another protocol, one way only
	GenericMultiple                 // another protocol, both ways

	Timers // the number of timers
)

var timerNames = [Timers]string{
	"tcp_opening", "tcp_established", "tcp_closing", "tcp_time_wait", "tcp_reset", "tcp_unverified_reset", "tcp_pickup",
	"udp_single", "udp_multiple", "udp_answered",
	"sctp_opening", "sctp_established", "sctp_closing", "sctp_closed", "icmp_query", "generic_single", "generic_multiple",
}

func (t Timer) String() string { return timerNames[t] }

// ParseTimer returns the timer of that name.
func ParseTimer(name string) (Timer, bool) {
	for t, n := range timerNames {
		if n == name {
			return Timer(t), true
		}
	}
	return 0, false
}

// MinTimeout and MaxTimeout bound what Timeouts.Set takes.
const (
	MinTimeout = time.Second
	MaxTimeout = 30 * 24 * time.Hour
)

// Timeouts is the duration of each Timer.
type Timeouts [Timers]time.Duration

// DefaultTimeouts returns the durations of the profile strict.
//
//   - tcp_established is RFC 5382 REQ-5's least, two hours and four minutes, so
//     that hosts' own keep-alives come in time.
//   - tcp_time_wait is twice the one minute of segment lifetime that today's
//     hosts assume; RFC 9293's two minutes are of 1981. A new SYN may end it.
//   - tcp_unverified_reset is RFC 7857 2.2's four minutes: an end that did not
//     believe the RST has that long to speak, and an idle one is not cut off by
//     a stranger's.
//   - udp_multiple is RFC 4787 REQ-5c's five minutes.
//   - sctp_established is RFC 6092 REC-40's least.
//   - icmp_query is RFC 5508 REQ-2's least.
//   - generic_single is RFC 6092 REC-12's least, generic_multiple twice its
//     default: tunnels have no other way to say that they live.
func DefaultTimeouts() Timeouts {
	return Timeouts{
		TCPOpening:         30 * time.Second,
		TCPEstablished:     2*time.Hour + 4*time.Minute,
		TCPClosing:         2 * time.Minute,
		TCPTimeWait:        2 * time.Minute,
		TCPReset:           10 * time.Second,
		TCPUnverifiedReset: 4 * time.Minute,
		TCPPickUp:          30 * time.Second,
		UDPSingle:          30 * time.Second,
		UDPMultiple:        5 * time.Minute,
		UDPAnswered:        2 * time.Second,
		SCTPOpening:        30 * time.Second,
		SCTPEstablished:    2*time.Hour + 4*time.Minute,
		SCTPClosing:        2 * time.Minute,
		SCTPClosed:         10 * time.Second,
		ICMPQuery:          time.Minute,
		GenericSingle:      2 * time.Minute,
		GenericMultiple:    10 * time.Minute,
	}
}

// Set gives the named timer a duration from MinTimeout to MaxTimeout.
func (t *Timeouts) Set(name string, d time.Duration) error {
	timer, ok := ParseTimer(name)
	if !ok {
		return fmt.Errorf("unknown timeout %q", name)
	}
	if d < MinTimeout || d > MaxTimeout {
		return fmt.Errorf("timeout %s: %v is not between %v and %v", name, d, MinTimeout, MaxTimeout)
	}
	t[timer] = d
	return nil
}
