package control

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"slices"
	"time"

	"sallyport/netstack"
)

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

// Killed is the answer to a kill.
type Killed struct {
	Killed int `json:"killed"`
}

// Sessions calls yield for each session that filter picks, until it returns
// false. The error may come after some sessions.
func (c *Client) Sessions(ctx context.Context, filter string, yield func(Session) bool) error {
	return eachLine(ctx, c, "/v1/sessions", filter, yield)
}

// Kill removes the sessions that filter picks and returns how many they were.
// An empty filter is an error.
func (c *Client) Kill(ctx context.Context, filter string) (int, error) {
	var k Killed
	err := c.object(ctx, "DELETE", "/v1/sessions", filter, &k)
	return k.Killed, err
}

func (s *Server) getSessions(w http.ResponseWriter, r *http.Request) {
	f, ok := s.filter(w, r)
	if !ok {
		return
	}
	lines := s.lines(w)
	now := time.Now()
	s.backend.Sessions(func(session Session) bool {
		return !f.Match(&session, now) || lines.put(session.tidy())
	})
	lines.flush()
}

var errNoFilter = errors.New(`a filter must say which sessions; "all" is every one`)

func (s *Server) deleteSessions(w http.ResponseWriter, r *http.Request) {
	f, ok := s.filter(w, r)
	switch {
	case !ok:
		return
	case f.match == nil:
		s.writeError(w, http.StatusBadRequest, errNoFilter)
		return
	}
	n := s.kill(f)
	peer(r).Log(s.log.Info()).Str("filter", r.URL.Query().Get("filter")).Int("killed", n).Msg("sessions killed")
	s.writeObject(w, http.StatusOK, Killed{n})
}

// kill lists first and kills then: a listing promises nothing about a table
// that its reader changes.
func (s *Server) kill(f Filter) (n int) {
	var ids []uint64
	now := time.Now()
	s.backend.Sessions(func(session Session) bool {
		if f.Match(&session, now) {
			ids = append(ids, session.ID)
		}
		return true
	})
	for id := range slices.Values(ids) {
		if s.backend.Kill(id) {
			n++
		}
	}
	return n
}

// tidy makes what the API promises of a backend's answer: times in UTC and
// lists that are never null.
func (s Session) tidy() Session {
	s.Started, s.LastSeen = moment(s.Started), moment(s.LastSeen)
	if s.Flags == nil {
		s.Flags = []string{}
	}
	return s
}
