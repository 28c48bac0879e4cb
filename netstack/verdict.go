package netstack

// Verdict is what happens to a packet. The zero Verdict drops.
type Verdict uint8

const (
	Drop   Verdict = iota // discard silently
	Reject                // discard and tell the sender: RST for TCP, ICMP otherwise
	Pass                  // send on
	Hold                  // keep until the rest of its datagram has come
)

func (v Verdict) String() string {
	return [...]string{"drop", "reject", "pass", "hold"}[v]
}

// Reason says why a packet was not passed. Every drop has one; each has a
// counter and one word in logs, statistics and JSON, which tools rely on.
type Reason uint8

const (
	ReasonNone     Reason = iota // passed
	Short                        // ends before its headers do
	BadHeader                    // a header that cannot be walked
	BadChecksum                  // a checksum that is wrong
	BadFlags                     // a TCP flag combination no endpoint sends
	IPOption                     // an IPv4 option or IPv6 extension header that may not pass
	SourceRoute                  // source routing, IPv6 routing header type 0
	Land                         // source and destination the same
	Spoofed                      // a source that cannot live on the side it came from
	Martian                      // an address that no forwarded packet may carry
	TTLExpired                   // no hops left
	TooBig                       // larger than the egress MTU and not to be fragmented
	FragOverlap                  // fragments that overlap, or contradict each other about the end
	FragShort                    // a first fragment without the whole transport header
	FragBadLength                // not the last, and not a multiple of 8 bytes
	FragTooBig                   // reaches beyond 65535 bytes
	FragTimeout                  // the rest never came
	FragLimit                    // fragments not held: table or source at its limit
	Policy                       // a rule, or the default, says no
	NoSession                    // a packet that cannot open a session and belongs to none
	Asymmetric                   // a packet whose other half was never seen here
	Handshake                    // out of order in the TCP handshake
	OutOfWindow                  // outside the sequence window
	RSTInvalid                   // a RST outside the window
	ICMPUnrelated                // an ICMP error about no session
	StateLimit                   // session table full
	SourceLimit                  // too many sessions of one source
	RateLimit                    // too many new sessions a second
	HalfOpenLimit                // too many half-open sessions
	NATExhausted                 // no external port left
	NATFiltered                  // a mapping exists, its filtering says no
	Untranslatable               // must be translated and cannot be
	BadHelper                    // an application helper refused
	NoRoute                      // no way to the destination's side
	QueueFull                    // the device took no more, or a worker did not come to take it
	NotReady                     // no policy loaded yet
	Internal                     // a fault of the firewall itself
	Reasons                      // the number of reasons
)

var reasonWords = [Reasons]string{
	"none", "short", "bad-header", "bad-checksum", "bad-flags", "ip-option", "source-route", "land", "spoofed",
	"martian", "ttl-expired", "too-big", "frag-overlap", "frag-short", "frag-bad-length", "frag-too-big",
	"frag-timeout", "frag-limit", "policy", "no-session", "asymmetric", "handshake", "out-of-window",
	"rst-invalid", "icmp-unrelated", "state-limit", "source-limit", "rate-limit", "half-open-limit",
	"nat-exhausted", "nat-filtered", "untranslatable", "helper", "no-route", "queue-full", "not-ready", "internal",
}

func (r Reason) String() string { return reasonWords[r] }
