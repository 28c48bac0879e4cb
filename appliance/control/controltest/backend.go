// Package controltest is a firewall without packets: what the tests of the
// control socket, and of the command line that speaks through it, ask.
package controltest

import (
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/rs/zerolog"

	"sallyport/appliance/control"
)

// Backend answers with what is in it. It is safe for concurrent use through
// its methods.
type Backend struct {
	Table []control.Session

	mu sync.Mutex
}

// New returns a backend with the sample Sessions.
func New() *Backend { return &Backend{Table: Sessions()} }

// Serve answers for b on a socket of its own until the test ends, and returns
// the socket's path.
func Serve(t testing.TB, b control.Backend) string {
	t.Helper()
	path := t.TempDir() + "/s"
	s := control.New(b, zerolog.Nop())
	if err := s.Listen(path, ""); err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve() }()
	t.Cleanup(func() {
		s.Close()
		if err := <-served; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	return path
}

// Sessions lists the Table without holding the lock while yield runs.
func (b *Backend) Sessions(yield func(control.Session) bool) {
	b.mu.Lock()
	all := slices.Clone(b.Table)
	b.mu.Unlock()
	for _, s := range all {
		if !yield(s) {
			return
		}
	}
}

// Kill removes a session from the Table.
func (b *Backend) Kill(id uint64) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	before := len(b.Table)
	b.Table = slices.DeleteFunc(b.Table, func(s control.Session) bool { return s.ID == id })
	return len(b.Table) < before
}

// Explain answers with one sentence.
func (b *Backend) Explain(q control.Question) (control.Explanation, error) {
	if q.Packet == "nonsense" {
		return control.Explanation{}, errors.New("which protocol?")
	}
	return control.Explanation{
		In: q.In, Packet: "tcp 10.1.0.5:5000 -> 1.1.1.1:443", Verdict: "accept", Rule: "web", Out: "outside",
		Leaves: "tcp 192.0.2.1:5000 -> 1.1.1.1:443", File: "/etc/sallyport.toml", Assumed: []string{},
		Steps: []control.Step{{Stage: "rules", Passed: true, Text: "web accepts it", Considered: []control.Considered{
			{Name: "mail in", Why: "from is outside, the packet comes from inside"}, {Name: "web", Matched: true}}}},
	}, nil
}
