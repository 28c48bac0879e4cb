package control

import (
	"context"
	"net/http"
	"net/netip"
	"slices"
	"time"
)

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

// Status asks for the state of the firewall as a whole.
func (c *Client) Status(ctx context.Context) (status Status, err error) {
	return status, c.object(ctx, "GET", "/v1/status", "", &status)
}

func (s *Server) getStatus(w http.ResponseWriter, _ *http.Request) {
	s.writeObject(w, http.StatusOK, s.backend.Status().tidy())
}

// tidy makes what the API promises of a backend's answer: times in UTC and lists
// that are never null.
func (s Status) tidy() Status {
	s.Started = moment(s.Started)
	s.Sides = slices.Clone(s.Sides)
	for i := range s.Sides {
		side := &s.Sides[i]
		side.Addresses = append([]netip.Addr{}, side.Addresses...)
		side.Networks = append([]netip.Prefix{}, side.Networks...)
		side.Families = append([]string{}, side.Families...)
	}
	return s
}
