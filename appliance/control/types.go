package control

import (
	"net/netip"
	"time"

	"sallyport/netstack"
)

// Durations are whole seconds throughout, times RFC 3339 in UTC, addresses
// strings. Fields may be added; none changes its meaning or goes.

// Status is the state of the firewall as a whole.
type Status struct {
	Version  string         `json:"version"`
	PID      int            `json:"pid"`
	Started  time.Time      `json:"started"`
	Uptime   int64          `json:"uptime"`
	Ready    bool           `json:"ready"` // both devices up and a policy loaded
	Policy   PolicyStatus   `json:"policy"`
	Sessions SessionStatus  `json:"sessions"`
	Snapshot SnapshotStatus `json:"snapshot"`
	Drops    uint64         `json:"drops"`
	Sides    []SideStatus   `json:"sides"` // inside, outside
}

// PolicyStatus is the rule set in force.
type PolicyStatus struct {
	File       string `json:"file"` // empty: none, started from flags alone
	Generation uint32 `json:"generation"`
	Rules      int    `json:"rules"`
	// Rematch is what became of sessions of earlier policies.
	Rematch RematchStatus `json:"rematch"`
	// Pending is a commit that waits to be confirmed; left out: none does.
	Pending *PendingStatus `json:"pending,omitempty"`
	// Recovered says what the start has made of a commit that was not confirmed
	// when the run before ended; left out: there was none.
	Recovered string `json:"recovered,omitempty"`
}

// RematchStatus counts the sessions that a later policy would not have let in,
// since the start.
type RematchStatus struct {
	Mode     string `json:"mode"`     // of [state]: kill, report or keep
	Refused  uint64 `json:"refused"`  // ended, because the rules refuse them
	Moved    uint64 `json:"moved"`    // ended, because an end or the external address is not where it was
	Reported uint64 `json:"reported"` // one or the other, and kept
}

// SessionStatus is how full the session table is.
type SessionStatus struct {
	Now int `json:"now"`
	Max int `json:"max"`
}

// SnapshotStatus is how the sessions are kept over a restart.
type SnapshotStatus struct {
	File     string    `json:"file"`             // empty: they are not
	Written  time.Time `json:"written,omitzero"` // by this run; left out before the first
	Sessions int       `json:"sessions"`         // written then
	Restored int       `json:"restored"`         // taken up at the start
	LeftOut  int       `json:"left_out"`         // at the start, because they had no place or no time left
	Refused  string    `json:"refused"`          // why the file that was there at the start was not used; empty: it was
	Error    string    `json:"error"`            // why the file could not be written last; empty: it could
}

// SideStatus is one of the two doors. Its counters are of what arrived there.
type SideStatus struct {
	Side          string         `json:"side"`       // inside or outside
	Interface     string         `json:"interface"`  // steered; empty for a bare TUN
	Device        string         `json:"device"`     // the TUN
	Driver        string         `json:"driver"`     // vnet, wireguard or water
	DriverWhy     string         `json:"driver_why"` // why not a faster one; empty if it is the fastest
	Addresses     []netip.Addr   `json:"addresses"`  // the box's own
	Networks      []netip.Prefix `json:"networks"`   // what lives there; empty: everything else
	MTU           int            `json:"mtu"`
	Families      []string       `json:"families"` // forwarded: ipv4, ipv6
	PacketsPassed uint64         `json:"packets_passed"`
	BytesPassed   uint64         `json:"bytes_passed"`
	Drops         uint64         `json:"drops"`
	Guard         GuardStatus    `json:"guard"`
}

// GuardStatus is the guard against floods of SYNs that come by one side.
type GuardStatus struct {
	On       bool      `json:"on"`
	Since    time.Time `json:"since,omitzero"` // when it last went on or off; left out: it never did
	Start    int       `json:"start"`          // the half-open sessions that it goes on at; 0: there is no guard
	HalfOpen int       `json:"half_open"`      // of TCP, begun from this side; those included that are not yet reaped
	Refused  uint64    `json:"refused"`        // SYNs, since the start
}

// Tuple names the packets of one direction of a session, as they arrive. An
// ICMP query has its identifier as the asking side's port and its type as the
// other; protocols without ports have zeros.
type Tuple struct {
	Src   netip.Addr `json:"src"`
	Sport uint16     `json:"sport"`
	Dst   netip.Addr `json:"dst"`
	Dport uint16     `json:"dport"`
	In    string     `json:"in"` // side they arrive on
}

// Session is one conversation. The two-element arrays are original, reply.
type Session struct {
	ID           uint64    `json:"id"`
	Protocol     string    `json:"protocol"` // tcp, udp, icmp ... or proto/N
	Original     Tuple     `json:"original"`
	Reply        Tuple     `json:"reply"`
	State        string    `json:"state"`
	Rule         string    `json:"rule"`       // name of the rule that let it in
	Generation   uint32    `json:"generation"` // of the policy that the rule is of
	NAT          string    `json:"nat"`        // names of the translation rules, comma-separated; empty: not translated
	Profile      string    `json:"profile"`    // strict, loose or fw1
	Helper       string    `json:"helper"`     // empty: none
	Started      time.Time `json:"started"`
	LastSeen     time.Time `json:"last_seen"`
	TimeoutLeft  int64     `json:"timeout_left"`
	TimeoutTotal int64     `json:"timeout_total"`
	Packets      [2]uint64 `json:"packets"`
	Bytes        [2]uint64 `json:"bytes"`
	Flags        []string  `json:"flags"`
}

// ProtocolNumber is the number of the session's protocol.
func (s *Session) ProtocolNumber() uint8 {
	for n := range 256 {
		if netstack.Protocol(n).String() == s.Protocol {
			return uint8(n)
		}
	}
	return 0
}

// Stat counts the packets that met one fate, by the side they arrived on.
type Stat struct {
	Reason  string `json:"reason"` // a netstack.Reason, or "passed"
	Inside  uint64 `json:"inside"`
	Outside uint64 `json:"outside"`
}

// Asymmetric is a pair of addresses of whose conversations only one direction
// passes here, so that what came was dropped.
type Asymmetric struct {
	In      string     `json:"in"` // side that the direction arrives on
	Src     netip.Addr `json:"src"`
	Dst     netip.Addr `json:"dst"`
	Packets uint64     `json:"packets"` // dropped for that, at least
	Last    time.Time  `json:"last"`
}

// Rule is one rule and how often it decided.
type Rule struct {
	Number  uint32    `json:"number"` // 1-based; 0 for the default
	Name    string    `json:"name"`
	Action  string    `json:"action"` // accept, drop or reject
	Hits    uint64    `json:"hits"`   // packets it decided about
	LastHit time.Time `json:"last_hit,omitzero"`
	// FirstHit is since the counters began, which is before the start if the
	// sessions are kept over one.
	FirstHit time.Time `json:"first_hit,omitzero"`
	Sessions uint64    `json:"sessions"` // that it let in
	Live     int       `json:"live"`     // sessions that live under it now
	Packets  uint64    `json:"packets"`  // of its sessions, both ways, or that it refused
	Bytes    uint64    `json:"bytes"`    // of them
	Share    float64   `json:"share"`    // of the bytes of all rules, 0 to 1
	// Note is shadowed, redundant, never-matches, accepts-all or source-port;
	// empty: nothing is noticed. By are the rules that shadow it or make it
	// redundant.
	Note string   `json:"note"`
	By   []string `json:"by"`
	// Off says that it does not hold now, by its schedule or because its time is
	// over.
	Off   bool       `json:"off,omitempty"`
	Limit *RuleLimit `json:"limit,omitempty"` // nil: it has none
}

// RuleLimit is how far a rule's sessions are from its limits; a limit that is 0
// is none.
type RuleLimit struct {
	Sessions      int     `json:"sessions"` // now; those included that have expired and are not yet reaped
	MaxSessions   int     `json:"max_sessions"`
	HalfOpen      int     `json:"half_open"`
	MaxHalfOpen   int     `json:"max_half_open"`
	Sources       int     `json:"sources"` // that are remembered
	MaxPerSource  int     `json:"max_per_source"`
	RatePerSource int     `json:"rate_per_source"` // sessions in each rate_seconds
	RateSeconds   float64 `json:"rate_seconds"`
	// Refused counts packets by the reason they were refused for.
	Refused map[string]uint64 `json:"refused"`
}

// Mapping is the external endpoint of an endpoint inside.
type Mapping struct {
	Protocol     string     `json:"protocol"`
	Side         string     `json:"side"` // where the inside endpoint lives
	Inside       netip.Addr `json:"inside"`
	InsidePort   uint16     `json:"inside_port"` // of ICMP: the identifier
	External     netip.Addr `json:"external"`
	ExternalPort uint16     `json:"external_port"`
	Remote       netip.Addr `json:"remote,omitzero"` // that an address-dependent mapping is for
	Mapping      string     `json:"mapping"`         // endpoint-independent, address-dependent or address-and-port-dependent
	Filtering    string     `json:"filtering"`       // likewise
	Rule         string     `json:"rule"`            // name of the rule that let in the session it was made for
	NAT          string     `json:"nat"`             // name of the translation rule it was made by
	Sessions     int        `json:"sessions"`        // that hold it
	Since        time.Time  `json:"since"`
}

// External is how many ports of an external address are lent.
type External struct {
	Address  netip.Addr `json:"address"`
	Protocol string     `json:"protocol"`
	Ports    int        `json:"ports"` // of ICMP: identifiers
}

// Datagram is one whose fragments are held, because they have not all come, or
// were refused.
type Datagram struct {
	In             string     `json:"in"` // side they arrive on
	Protocol       string     `json:"protocol"`
	Src            netip.Addr `json:"src"`
	Sport          uint16     `json:"sport"` // 0 until the first fragment has come
	Dst            netip.Addr `json:"dst"`
	Dport          uint16     `json:"dport"`
	Identification uint32     `json:"identification"`
	Fragments      int        `json:"fragments"`
	Bytes          int        `json:"bytes"`   // of them, headers included
	First          bool       `json:"first"`   // the first is there
	Last           bool       `json:"last"`    // the last is there
	Refused        string     `json:"refused"` // why no more of it is taken, a netstack.Reason; empty: more is awaited
	Began          time.Time  `json:"began"`
	TimeoutLeft    int64      `json:"timeout_left"`
}

// Timeout is how long a session may be idle in one state.
type Timeout struct {
	Name    string `json:"name"`
	Seconds int64  `json:"seconds"`
	// Source is what set it: "default", "profile" (loose or fw1), "file" or "rule".
	Source string `json:"source"`
	// Rule and Service are whose sessions alone it is of; empty: everybody's.
	Rule    string `json:"rule"`
	Service string `json:"service"`
}

// Consent is what a change of the configuration may do.
type Consent struct {
	Yes bool `json:"yes"` // cut login sessions off
}

// Reloaded is a configuration that was put in force.
type Reloaded struct {
	Policy       PolicyStatus `json:"policy"`
	Milliseconds int64        `json:"milliseconds"` // that it took
	Warnings     []string     `json:"warnings"`     // of what is no fault and perhaps not meant
}

// Killed is the answer to a kill.
type Killed struct {
	Killed int `json:"killed"`
}
