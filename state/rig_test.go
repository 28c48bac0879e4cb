package state

import (
	"net/netip"
	"testing"
	"time"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

// rig is a table with a clock that only the test moves, and a policy that
// admits what the test says.
type rig struct {
	testing.TB
	*Table
	now    Instant
	policy func(p *netstack.Packet) (Admission, bool)

	rehearsed int  // packets that were
	many      bool // there are others who use the table, so that nothing is rehearsed
}

func newRig(t testing.TB, l Limits) *rig {
	r := &rig{TB: t, Table: NewTable(l, DefaultTimeouts(), Seed{1}), now: Instant(time.Hour)}
	r.policy = func(p *netstack.Packet) (Admission, bool) {
		return Admission{Rule: 7, Generation: 3, Out: p.Flow.In.Opposite()}, p.Flow.In == netstack.Inside
	}
	return r
}

// newMasqueradingRig is one whose policy lets the inside out behind 192.0.2.1.
func newMasqueradingRig(t testing.TB) *rig {
	r := newRig(t, Limits{MaxSessions: 100})
	pool := pool("192.0.2.1", 1024, 65535)
	r.policy = func(p *netstack.Packet) (Admission, bool) {
		a := Admission{Rule: 7, Generation: 3, Out: netstack.Outside}
		a.Translation.Pool = pool
		return a, p.Flow.In == netstack.Inside
	}
	return r
}

func pool(addr string, first, last uint16) *netstack.Pool {
	return poolOf(addr, netstack.PortRange{First: first, Last: last})
}

func poolOf(addr string, ports ...netstack.PortRange) *netstack.Pool {
	a := address(addr)
	return &netstack.Pool{Parts: []netstack.PoolPart{{First: a, Last: a, Ports: ports}}}
}

func address(s string) netstack.Addr { return netstack.AddrFrom(netip.MustParseAddr(s)) }

func (r *rig) after(d time.Duration) *rig {
	r.now += Instant(d)
	return r
}

// send passes a packet through the table as the forwarding loop does.
func (r *rig) send(in netstack.Side, p nettest.Packet) (Match, netstack.Reason) {
	r.Helper()
	return r.handle(p.Parse(r.TB, in))
}

func (r *rig) handle(p *netstack.Packet) (Match, netstack.Reason) {
	m, reason := r.rehearse(
		func() (Match, netstack.Reason, Sight) { return r.RehearseTrack(p, r.now) },
		func() (Match, netstack.Reason) { return r.Track(p, r.now) })
	if m.Session != 0 || reason != netstack.ReasonNone {
		return m, reason
	}
	a, ok := r.policy(p)
	if !ok {
		return m, netstack.Policy
	}
	return r.rehearse(
		func() (Match, netstack.Reason, Sight) { return r.RehearseOpen(p, a, r.now) },
		func() (Match, netstack.Reason) { return r.Open(p, a, r.now) })
}

// passes sends a packet that must pass, and returns how it leaves.
func (r *rig) passes(in netstack.Side, p nettest.Packet) Match {
	r.Helper()
	m, reason := r.send(in, p)
	if reason != netstack.ReasonNone || m.Session == 0 {
		r.Fatalf("session %d, %v; want it to pass", m.Session, reason)
	}
	return m
}

// refused sends a packet that must be refused for this reason.
func (r *rig) refused(in netstack.Side, p nettest.Packet, want netstack.Reason) Match {
	r.Helper()
	m, reason := r.send(in, p)
	if reason != want {
		r.Fatalf("reason %v; want %v", reason, want)
	}
	return m
}

// leaves compares how a packet leaves: "proto source -> destination".
func (r *rig) leaves(m Match, out netstack.Side, want string) {
	r.Helper()
	if m.Out != out || m.Leave.String() != want {
		r.Fatalf("leaves %v as %v; want %v as %v", m.Out, m.Leave, out, want)
	}
}

// list returns every live session.
func (r *rig) list() (views []View) {
	for c, more := Cursor(0), true; more; more = c != 0 {
		c = r.Sessions(r.now, c, 100, func(v View) { views = append(views, v) })
	}
	return views
}

// only returns the one live session.
func (r *rig) only() View {
	r.Helper()
	views := r.list()
	if len(views) != 1 {
		r.Fatalf("%d sessions; want one: %+v", len(views), views)
	}
	return views[0]
}
