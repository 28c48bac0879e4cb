package state

import (
	"sync/atomic"

	"gvisor.dev/gvisor/pkg/tcpip/header"

	"sallyport/netstack"
)

// The guard
//
// A flood of SYNs from spoofed addresses costs a session, a mapping and the
// server's answer each, some ten times what it costs to refuse one; and what the
// machine spends on it good clients lose. So while more TCP sessions that were
// begun from a side are half open than real life brings about, a SYN from that
// side begins a session only if its source has shown that it is there:
//
//   - it has completed a handshake of late (guard_known.go);
//   - or it has answered a challenge, which needs no memory (guard_challenge.go);
//   - or this very SYN came before, some time ago: a sender that gets no answer
//     repeats its SYN, a flood never does (guard_repeat.go).
//
// What is refused costs no session, no mapping and no memory. It is
// HalfOpenLimit, with the Condition Unproven. pf has the same switch for its SYN
// cookies (syncookies adaptive); with a challenge instead, no sequence number
// has to be translated afterwards.
//
// Nobody who cannot receive at the address that he sends from gets in by the
// first two. Whoever can, and does not finish his handshakes, is for the limits of
// a rule (per_source) to stop. Who sends each of his spoofed SYNs twice gets in by
// the third, so that is open only up to twice as many half-open sessions.
//
// The guard goes on at a number of half-open sessions, its start. It goes off at
// half of that, but not while it refuses so many SYNs that they would bring it
// back within the life of a half-open session: in a long flood those of its
// beginning expire, and the flood is still there.
//
// Memory: 5 MiB, as address space that becomes memory when touched. All of it can
// be used without the table's lock.

// guardStart is the default start as a part of the sessions that may be, and its
// least: ten thousand handshakes a second, of a tenth of a second each, are a
// thousand at once.
const (
	guardPart  = 32
	guardLeast = 1024
)

// GuardStart returns the start of the guard of a table of so many sessions where
// nothing else is said. The smallest have too few to ever come to it: a full
// table has its own way, see evict.go.
func GuardStart(maxSessions int) int { return max(maxSessions/guardPart, guardLeast) }

type guard struct {
	hash   *hasher
	key    sipKey
	start  atomic.Int64 // half-open sessions of a side; 0: there is no guard
	proofs atomic.Pointer[proofs]
	sides  [netstack.Sides]guardedSide
}

// proofs is what is remembered of sources and SYNs.
type proofs struct {
	known   known
	repeats repeats
}

// SetGuard has the guard go on at so many half-open TCP sessions begun from one
// side; 0: never.
func (t *Table) SetGuard(start int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if start > 0 && t.guard.proofs.Load() == nil {
		t.guard.proofs.Store(&proofs{known: newKnown(), repeats: newRepeats()})
	}
	t.guard.start.Store(int64(max(0, start)))
}

// guards reports whether p begins what the guard looks after: a TCP session that
// is half open at first. FireWall-1 had no guard.
func (t *Table) guards(p *netstack.Packet, a *Admission) bool {
	return p.Flow.Proto == netstack.TCP && opensTCP(p) == netstack.ReasonNone &&
		p.Flow.In < netstack.Sides && t.termsBy(a.Terms).Profile != FW1 && t.guard.start.Load() > 0
}

// admits reports whether the SYN p may begin a session. On trial, nothing
// changes.
func (g *guard) admits(p *netstack.Packet, now Instant, trial bool) bool {
	side, start := &g.sides[p.Flow.In], g.start.Load()
	if !side.watches(start, now, trial) {
		return true
	}
	proofs := g.proofs.Load()
	if proofs.known.has(g.sourceOf(&p.Flow), now) {
		return true
	}
	syn := g.hash.wide(&p.Flow, uint64(p.Flow.SrcPort)<<48|uint64(p.Flow.DstPort)<<32|uint64(p.TCP().SequenceNumber()))
	before := proofs.repeats.has(syn, now)
	if !trial && !before {
		proofs.repeats.note(syn, now)
	}
	admitted := before && side.halfOpen.Load() < 2*start
	if !trial {
		side.count(admitted)
	}
	return admitted
}

// sourceOf returns the hash of a flow's source as the guard knows it: in IPv6
// from outside its 64-bit prefix, of which any host can be any address.
func (g *guard) sourceOf(k *netstack.FlowKey) uint64 {
	source := k.Src
	if k.In == netstack.Outside && !source.Is4() {
		source.Lo = 0
	}
	return g.hash.wide(&netstack.FlowKey{Src: source, In: k.In}, 0)
}

// isWatched reports whether the guard counts s while it is half open.
func (t *Table) isWatched(s *session) bool {
	return s.proto == netstack.TCP && t.termsOf(s).Profile != FW1
}

// turned follows the session s from one phase to another.
func (t *Table) turned(s *session, before, now phase) {
	if before.halfOpen() == now.halfOpen() || !t.isWatched(s) {
		return
	}
	side := &t.guard.sides[s.begunFrom()]
	if now.halfOpen() {
		side.halfOpen.Add(1)
		return
	}
	side.halfOpen.Add(-1)
}

// completed reports whether a packet of direction d that took a session from one
// phase to another completes a handshake of TCP on the part of who began it: it
// acknowledges the other end's SYN.
func completed(d Direction, before, now phase) bool {
	return d == Original && (before == synReceived || before == synSent2) && (now == established || now == finWait)
}

// meet notes that the sender of p has shown that it is there.
func (g *guard) meet(p *netstack.Packet, now Instant) {
	if proofs := g.proofs.Load(); proofs != nil {
		proofs.known.note(g.sourceOf(&p.Flow), now)
	}
}

// begunFrom is the side that the session's first packet has come from.
func (s *session) begunFrom() netstack.Side {
	if s.flags&turned != 0 {
		return s.in(Reply)
	}
	return s.in(Original)
}

// isRST reports whether p is a RST that acknowledges nothing.
func isRST(p *netstack.Packet) bool {
	const all = header.TCPFlagSyn | header.TCPFlagAck | header.TCPFlagFin | header.TCPFlagRst
	return p.Flow.Proto == netstack.TCP && p.TCPFlags&all == header.TCPFlagRst
}
