// Package controltest is a firewall without packets: what the tests of the
// control socket, and of the command line that speaks through it, ask.
package controltest

import (
	"errors"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"sallyport/appliance/control"
	"sallyport/conf"
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

// Status is of a firewall that has run for three hours at Noon.
func (b *Backend) Status() control.Status {
	return control.Status{
		Version: "1.2.3", PID: 17, Started: Noon.Add(-3*time.Hour - 12*time.Minute), Uptime: 11520, Ready: true,
		Policy:   control.PolicyStatus{File: "/etc/sallyport.toml", Generation: 3, Rules: 12, Rematch: control.RematchStatus{Mode: "kill", Refused: 2}},
		Sessions: control.SessionStatus{Now: 4, Max: 262144},
		Snapshot: control.SnapshotStatus{
			File: "/var/lib/sallyport/state", Written: Noon.Add(-12 * time.Second), Sessions: 1234, Restored: 1230, LeftOut: 4,
		},
		Drops: 77,
		Sides: []control.SideStatus{
			{
				Side: "inside", Interface: "eth0", Device: "sp-inside", Driver: "vnet",
				Addresses: []netip.Addr{netip.MustParseAddr("10.1.0.1"), netip.MustParseAddr("fd00:1::1")},
				Networks:  []netip.Prefix{netip.MustParsePrefix("10.1.0.0/24"), netip.MustParsePrefix("fd00:1::/64")},
				MTU:       1500, Families: []string{"ipv4", "ipv6"}, PacketsPassed: 123456, BytesPassed: 98_765_432, Drops: 7,
				Guard: control.GuardStatus{Start: 8192, HalfOpen: 3},
			},
			{
				Side: "outside", Interface: "eth1", Device: "sp-outside", Driver: "water", DriverWhy: "vnet: the kernel refuses a super-packet",
				Addresses: []netip.Addr{netip.MustParseAddr("192.0.2.1")},
				MTU:       1400, Families: []string{"ipv4"}, PacketsPassed: 234567, BytesPassed: 1_987_654_321, Drops: 70,
				Guard: control.GuardStatus{On: true, Since: Noon.Add(-75 * time.Second), Start: 8192, HalfOpen: 8201, Refused: 1_234_567},
			},
		},
	}
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

// Stats has a reason that never occurred.
func (b *Backend) Stats() []control.Stat {
	return []control.Stat{
		{Reason: "passed", Inside: 123456, Outside: 234567},
		{Reason: "policy", Inside: 7, Outside: 65},
		{Reason: "no-session", Outside: 5},
		{Reason: "martian"},
	}
}

// Asymmetric has two pairs.
func (b *Backend) Asymmetric() []control.Asymmetric {
	return []control.Asymmetric{
		{In: "outside", Src: netip.MustParseAddr("192.0.2.9"), Dst: netip.MustParseAddr("10.1.0.5"), Packets: 1234, Last: Noon.Add(-3 * time.Second)},
		{In: "inside", Src: netip.MustParseAddr("fd00:1::5"), Dst: netip.MustParseAddr("2001:db8::53"), Packets: 2, Last: Noon.Add(-time.Hour)},
	}
}

// Rules has one that was never hit.
func (b *Backend) Rules() []control.Rule {
	return []control.Rule{
		{Number: 1, Name: "web", Action: "accept", Hits: 4321, LastHit: Noon.Add(-12 * time.Second), FirstHit: Noon.Add(-50 * time.Hour),
			Sessions: 4300, Live: 2, Packets: 123456, Bytes: 98_700_000, Share: 0.987},
		{Number: 2, Name: "mail in", Action: "accept"},
		{Number: 3, Name: "web again", Action: "accept", Note: "shadowed", By: []string{"web"}},
		{Number: 0, Name: "default", Action: "drop", Hits: 77, LastHit: Noon.Add(-26 * time.Hour), FirstHit: Noon.Add(-49 * time.Hour),
			Packets: 77, Bytes: 1_300_000, Share: 0.013},
	}
}

// Reload finds two faults unless it is given consent.
func (b *Backend) Reload(o control.Consent, _ control.Peer) (control.Reloaded, error) {
	if !o.Yes {
		return control.Reloaded{}, conf.Errors{
			{File: "/etc/sallyport.toml", Line: 7, Column: 12, Message: `unknown service "htps"; did you mean "https"?`},
			{File: "/etc/sallyport.toml", Line: 12, Column: 1, Message: "action is missing"},
		}
	}
	return control.Reloaded{Policy: b.Status().Policy, Milliseconds: 8}, nil
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

// Mappings has one of a game, and one for each remote address.
func (b *Backend) Mappings(yield func(control.Mapping) bool) {
	for _, m := range []control.Mapping{
		{
			Protocol: "udp", Side: "inside", Inside: netip.MustParseAddr("10.1.0.5"), InsidePort: 3074,
			External: netip.MustParseAddr("192.0.2.1"), ExternalPort: 3074,
			Mapping: "endpoint-independent", Filtering: "endpoint-independent",
			Rule: "games", NAT: "console", Sessions: 12, Since: Noon.Add(-2 * time.Hour),
		},
		{
			Protocol: "tcp", Side: "inside", Inside: netip.MustParseAddr("10.1.0.6"), InsidePort: 40000,
			External: netip.MustParseAddr("192.0.2.1"), ExternalPort: 51234, Remote: netip.MustParseAddr("198.51.100.7"),
			Mapping: "address-dependent", Filtering: "address-and-port-dependent",
			Rule: "web", NAT: "internet", Sessions: 1, Since: Noon.Add(-3 * time.Second),
		},
	} {
		if !yield(m) {
			return
		}
	}
}

// Externals has one address, and its protocols out of order.
func (b *Backend) Externals() []control.External {
	return []control.External{
		{Address: netip.MustParseAddr("192.0.2.1"), Protocol: "udp", Ports: 1},
		{Address: netip.MustParseAddr("192.0.2.1"), Protocol: "tcp", Ports: 64511},
	}
}

// Commit waits to be confirmed if it is to be.
func (b *Backend) Commit(o control.Commit, _ control.Peer) (control.Committed, error) {
	done := control.Committed{Number: 7, State: "confirmed", Policy: b.Status().Policy, Milliseconds: 12}
	if o.Confirm > 0 {
		done.State, done.Until = "unconfirmed", Noon.Add(time.Duration(o.Confirm)*time.Second)
	}
	return done, nil
}

// Confirm makes the seventh final.
func (b *Backend) Confirm(control.Peer) (control.Committed, error) {
	return control.Committed{Number: 7, State: "confirmed", Policy: b.Status().Policy}, nil
}

// Rollback takes back what waits, and has a stranger's file in its way.
func (b *Backend) Rollback(o control.Rollback, _ control.Peer) (control.Committed, error) {
	if o.Number > 3 {
		return control.Committed{}, &control.ConfigError{Message: "there is no such configuration"}
	}
	return control.Committed{Number: 7, State: "reverted", Policy: b.Status().Policy, Warnings: []string{"/etc/a.toml: left"}}, nil
}

// History has one of each state.
func (b *Backend) History() ([]control.Change, error) {
	files := []string{"/etc/sallyport.toml"}
	return []control.Change{
		{Number: 3, At: Noon.Add(-time.Minute), User: "root", What: "commit", State: "unconfirmed", InForce: true, Comment: "let the lan print", Files: files},
		{Number: 2, At: Noon.Add(-time.Hour), UID: 1000, User: "ann", What: "commit", State: "reverted", Files: files},
		{Number: 1, At: Noon.Add(-50 * time.Hour), User: "-", What: "start", State: "confirmed", Files: files},
	}, nil
}

// HistoryFiles has one file of each.
func (b *Backend) HistoryFiles(n int) ([]control.File, error) {
	return []control.File{{Name: "/etc/sallyport.toml", Text: "# the configuration\n"}}, nil
}

// Diff finds one of each change.
func (b *Backend) Diff([]control.File, int) ([]control.Difference, error) {
	return []control.Difference{
		{Kind: "rule", Name: "old", Change: "removed", Was: map[string]any{"number": 1, "action": "drop"}},
		{Kind: "rule", Name: "web", Change: "changed", Was: map[string]any{"service": []string{"http"}},
			Is: map[string]any{"service": []string{"http", "https"}, "log": true}},
		{Kind: "rule", Name: "dns", Change: "moved", Was: map[string]any{"number": 5}, Is: map[string]any{"number": 2}},
		{Kind: "nat", Name: "www", Change: "added", Is: map[string]any{"number": 2, "type": "dnat"}},
		{Kind: "addresses", Name: "lan", Change: "changed", Was: map[string]any{"entries": []string{"10.2.0.0/24"}}, Is: map[string]any{"entries": []string{}}},
		{Kind: "setting", Name: "state.max_sessions", Change: "changed", Was: map[string]any{"value": 1000}, Is: map[string]any{"value": 2000}},
	}, nil
}

// Fragments has one that waits for its first fragment, and one that is refused.
func (b *Backend) Fragments() []control.Datagram {
	return []control.Datagram{
		{
			In: "inside", Protocol: "udp", Src: netip.MustParseAddr("10.1.0.5"), Dst: netip.MustParseAddr("198.51.100.7"),
			Identification: 4711, Fragments: 2, Bytes: 3000, Last: true, Began: Noon.Add(-12 * time.Second), TimeoutLeft: 18,
		},
		{
			In: "outside", Protocol: "tcp", Src: netip.MustParseAddr("fd00:9::1"), Sport: 443, Dst: netip.MustParseAddr("fd00:1::5"), Dport: 40001,
			Identification: 0xdeadbeef, First: true, Refused: "frag-overlap", Began: Noon.Add(-2 * time.Second), TimeoutLeft: 28,
		},
	}
}

// Timeouts has some that a file set.
func (b *Backend) Timeouts() []control.Timeout {
	return []control.Timeout{
		{Name: "tcp_first", Seconds: 30, Source: "default"},
		{Name: "tcp_established", Seconds: 3600, Source: "file"},
		{Name: "udp_single", Seconds: 15, Source: "file", Service: "ntp"},
		{Name: "tcp_established", Seconds: 86400, Source: "rule", Rule: "mail in"},
	}
}
