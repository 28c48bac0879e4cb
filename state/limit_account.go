package state

import "sallyport/netstack"

// account is a source's share in a rule's sessions.
type account struct {
	source netstack.Addr
	// full is when the source may open as many sessions at once as ever: it is put
	// off by a share of its rate's time with each that it opens.
	full         Instant
	sessions     uint32
	ledger       LedgerID
	older, newer ref // among the idle ones; newer is the next free record, if free
}

func (a *account) nextFree() *ref { return &a.newer }

// sourceOf returns whose account a session is on: in IPv6 from outside that of
// the 64-bit prefix, of which any host can be any address. If nothing is bounded
// by source, all sessions are on one account.
func (limit *Limit) sourceOf(k *netstack.FlowKey) netstack.Addr {
	switch {
	case limit.PerSource == 0 && limit.Rate.Sessions == 0:
		return netstack.Addr{}
	case k.In == netstack.Outside && !k.Src.Is4():
		return netstack.Addr{Hi: k.Src.Hi}
	}
	return k.Src
}

func (l *limits) hashOf(source netstack.Addr, of LedgerID) uint32 {
	return l.hash.flow(&netstack.FlowKey{Src: source, SrcPort: uint16(of)})
}

// find returns the account, 0 if there is none.
func (l *limits) find(source netstack.Addr, of LedgerID) ref {
	return l.index.find(l.hashOf(source, of), func(r ref) bool {
		a := l.accounts.at(r)
		return a.source == source && a.ledger == of
	})
}

// charge puts the session r, of the flow k, on its source's account. opened says
// that it was opened now, and not taken up from before.
func (l *limits) charge(r ref, limit *Limit, k *netstack.FlowKey, p phase, opened bool, now Instant) {
	if limit == nil {
		return
	}
	at := l.account(limit.sourceOf(k), limit.Ledger, now)
	a, total := l.accounts.at(at), &l.ledgers[limit.Ledger]
	if a.sessions++; a.sessions == 1 {
		l.idle.remove(l, at)
	}
	if opened && limit.Rate.Sessions > 0 {
		a.full = max(a.full, now) + limit.Rate.each()
	}
	l.holds.all[r] = at
	total.sessions++
	if p.halfOpen() {
		total.halfOpen++
	}
}

// account returns an account, which is made if there is none, and then idle.
func (l *limits) account(source netstack.Addr, of LedgerID, now Instant) ref {
	if r := l.find(source, of); r != 0 {
		return r
	}
	l.forget(now, 2)
	r := l.accounts.take()
	if r == 0 {
		// There are as many as sessions can be, and this one's is not counted: one of
		// them is idle.
		l.close(l.idle.oldest)
		r = l.accounts.take()
	}
	*l.accounts.at(r) = account{source: source, ledger: of}
	l.index.insert(l.hashOf(source, of), uint32(r))
	l.ledgers[of].sources++
	l.idle.add(l, r)
	return r
}

// close forgets an idle account.
func (l *limits) close(r ref) {
	a := l.accounts.at(r)
	l.idle.remove(l, r)
	l.index.remove(l.hashOf(a.source, a.ledger), uint32(r))
	l.ledgers[a.ledger].sources--
	l.accounts.put(r)
}

// forget closes up to budget accounts that say nothing any more.
func (l *limits) forget(now Instant, budget int) {
	for range budget {
		r := l.idle.oldest
		if r == 0 || l.accounts.at(r).full > now {
			return
		}
		l.close(r)
	}
}

// release takes a session that ends in phase p off its account.
func (l *limits) release(r ref, p phase) {
	at := l.held(r)
	if at == 0 {
		return
	}
	a := l.accounts.at(at)
	total := &l.ledgers[a.ledger]
	total.sessions--
	if p.halfOpen() {
		total.halfOpen--
	}
	l.holds.all[r] = 0
	if a.sessions--; a.sessions == 0 {
		l.idle.add(l, at)
	}
}

// turned follows a session's change of phase.
func (l *limits) turned(r ref, before, now phase) {
	at := l.held(r)
	if at == 0 || before.halfOpen() == now.halfOpen() {
		return
	}
	if now.halfOpen() {
		l.ledgers[l.accounts.at(at).ledger].halfOpen++
	} else {
		l.ledgers[l.accounts.at(at).ledger].halfOpen--
	}
}

// held returns the account of a session, 0 if it is on none.
func (l *limits) held(r ref) ref {
	if len(l.holds.all) == 0 {
		return 0
	}
	return l.holds.all[r]
}

// idlers are the accounts without sessions, in the order in which they became
// so.
type idlers struct{ oldest, newest ref }

func (q *idlers) add(l *limits, r ref) {
	a := l.accounts.at(r)
	a.older, a.newer = q.newest, 0
	if q.newest == 0 {
		q.oldest = r
	} else {
		l.accounts.at(q.newest).newer = r
	}
	q.newest = r
}

func (q *idlers) remove(l *limits, r ref) {
	a := l.accounts.at(r)
	if a.older == 0 {
		q.oldest = a.newer
	} else {
		l.accounts.at(a.older).newer = a.newer
	}
	if a.newer == 0 {
		q.newest = a.older
	} else {
		l.accounts.at(a.newer).older = a.older
	}
	a.older, a.newer = 0, 0
}
