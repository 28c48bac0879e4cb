package state

import (
	"errors"
	"math"
	"time"

	"sallyport/netstack"
)

// Limits of rules
//
// A rule may bound its sessions: how many there are, how many of them are half
// open, how many one source has and how fast it opens them. What is counted is
// kept for the rule as a whole, its ledger, and for each source that has sessions
// of it or had some of late, an account. A session remembers its account, so that
// whatever becomes of its keys, its end is credited to who opened it.
//
// Memory: an account is 40 bytes, and there are never more than sessions can be.
// One without sessions waits until its source may open as many at once as ever,
// and is then forgotten, or before that if its place is needed: whoever can use
// that many addresses is not bound by a rate for each of them. So no flood of
// sources can make the table grow, nor lock others out.

// LedgerID names the ledger of a rule; 0 is none.
type LedgerID uint16

// Limit bounds the sessions of a rule. What is 0 is not bounded.
type Limit struct {
	Ledger    LedgerID
	Sessions  int  // at once
	PerSource int  // of one source at once
	HalfOpen  int  // of TCP and SCTP at once, before the handshake is complete
	Rate      Rate // at which one source may open them
}

// Rate is how many sessions may be opened in a time: all of them at once, and
// then one each time that a share of it has passed.
type Rate struct {
	Sessions int // 0: any number
	Per      time.Duration
}

// each is the share of the time that one session takes.
func (r Rate) each() Instant { return max(1, Instant(r.Per)/Instant(max(1, r.Sessions))) }

// ledger is what is counted of a rule.
type ledger struct {
	sessions, halfOpen, sources int
	refused                     [netstack.Reasons]uint64
}

// LedgerStats is what a ledger has counted.
type LedgerStats struct {
	Sessions, HalfOpen int // now; sessions that have expired and are not yet reaped included
	Sources            int // that have sessions, or could not open as many at once as ever
	// Refused counts the packets that would have begun a session, by which bound:
	// StateLimit, HalfOpenLimit, SourceLimit or RateLimit.
	Refused [netstack.Reasons]uint64
}

// limits is all ledgers and accounts of a table.
type limits struct {
	names    map[string]LedgerID
	ledgers  []ledger // by LedgerID
	max      int      // sessions of the table
	hash     *hasher
	accounts slab[account, *account] // like index and holds made when there is a ledger
	index    index
	holds    reserved[ref] // by session: its account
	idle     idlers
}

var errTooManyLedgers = errors.New("too many different names of rules with limits in the life of one session table")

// Ledger returns the ledger of a rule of that name, which lives as long as the
// table: what is counted outlives the policy. There are at most 65535.
func (t *Table) Ledger(rule string) (LedgerID, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	l := &t.limits
	if id, ok := l.names[rule]; ok {
		return id, nil
	}
	if l.names == nil {
		l.names, l.ledgers = map[string]LedgerID{}, make([]ledger, 1)
		l.max, l.hash = int(t.sessions.max), &t.hash
		l.accounts, l.index = newSlab[account](l.max), newIndex(l.max)
		l.holds = reserve[ref](l.max + 1)
	}
	if len(l.ledgers) > math.MaxUint16 {
		return 0, errTooManyLedgers
	}
	id := LedgerID(len(l.ledgers))
	l.names[rule], l.ledgers = id, append(l.ledgers, ledger{})
	return id, nil
}

// LedgerStats returns what a ledger has counted.
func (t *Table) LedgerStats(id LedgerID) LedgerStats {
	t.mu.Lock()
	defer t.mu.Unlock()
	if int(id) >= len(t.limits.ledgers) {
		return LedgerStats{}
	}
	l := &t.limits.ledgers[id]
	return LedgerStats{l.sessions, l.halfOpen, l.sources, l.refused}
}

// reapOnLimit is how many records a packet looks at that finds its rule at a
// limit.
const reapOnLimit = 8

// withinLimit says whether the rule's limit lets p begin a session.
func (t *Table) withinLimit(p *netstack.Packet, a *Admission, now Instant) netstack.Reason {
	if a.Limit == nil {
		return netstack.ReasonNone
	}
	half := beginsHalfOpen(p, t.termsBy(a.Terms).Profile)
	reason := t.limits.refuses(a.Limit, &p.Flow, half, now)
	if reason != netstack.ReasonNone && reason != netstack.RateLimit {
		t.sweep(now, reapOnLimit) // what has expired may still be counted
		reason = t.limits.refuses(a.Limit, &p.Flow, half, now)
	}
	if reason != netstack.ReasonNone && t.trial == nil {
		t.limits.ledgers[a.Limit.Ledger].refused[reason]++
	}
	return reason
}

func beginsHalfOpen(p *netstack.Packet, profile Profile) bool {
	return p.Flow.Proto == netstack.SCTP || p.Flow.Proto == netstack.TCP && !(profile == Loose && picksUp(p))
}

// refuses says which bound one more session from this flow's source is beyond.
func (l *limits) refuses(limit *Limit, k *netstack.FlowKey, half bool, now Instant) netstack.Reason {
	total := &l.ledgers[limit.Ledger]
	switch {
	case limit.Sessions > 0 && total.sessions >= limit.Sessions:
		return netstack.StateLimit
	case half && limit.HalfOpen > 0 && total.halfOpen >= limit.HalfOpen:
		return netstack.HalfOpenLimit
	}
	r := l.find(limit.sourceOf(k), limit.Ledger)
	if r == 0 {
		return netstack.ReasonNone
	}
	switch of := l.accounts.at(r); {
	case limit.PerSource > 0 && int(of.sessions) >= limit.PerSource:
		return netstack.SourceLimit
	case limit.Rate.Sessions > 0 && of.full-now > Instant(limit.Rate.Sessions-1)*limit.Rate.each():
		return netstack.RateLimit
	}
	return netstack.ReasonNone
}
