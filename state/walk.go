package state

// Sweep looks at up to budget records, going on where it stopped, reaps those
// that have expired and returns how many. It takes some thirty nanoseconds
// a record, with the table's lock held.
func (t *Table) Sweep(now Instant, budget int) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.guard.settle(now)
	return t.sweep(now, budget)
}

func (t *Table) sweep(now Instant, budget int) (reaped int) {
	t.limits.forget(now, budget)
	for range min(budget, int(t.sessions.used)) {
		t.cursor = t.cursor%t.sessions.used + 1
		if t.expired(t.cursor, now) {
			reaped++
		}
	}
	return reaped
}

// expired reports whether session r had expired, and is reaped now.
func (t *Table) expired(r ref, now Instant) bool {
	t.hold(r)
	defer t.let(r)
	s := t.sessions.at(r)
	if s.phase == free || s.expires > now || r == t.held {
		return false
	}
	t.end(r, CauseExpired)
	return true
}

// Cursor is a place in a listing; the zero Cursor is its start.
type Cursor uint32

// Sessions calls list for each live session among the next max records after
// cursor, and returns where to go on: 0 when all have been seen. The table's lock
// is held meanwhile, so max should be some hundreds, and list must not use the
// table. A session that lives as long as the whole walk is seen exactly once;
// one that is opened or ends meanwhile, at most once.
func (t *Table) Sessions(now Instant, cursor Cursor, max int, list func(View)) Cursor {
	t.mu.Lock()
	defer t.mu.Unlock()
	last := min(int(cursor)+max, int(t.sessions.used))
	for r := ref(cursor) + 1; int(r) <= last; r++ {
		if v, ok := t.show(r, now); ok {
			list(v)
		}
	}
	if last == int(t.sessions.used) {
		return 0
	}
	return Cursor(last)
}

// show returns session r as it is now; false if its time is over.
func (t *Table) show(r ref, now Instant) (v View, ok bool) {
	t.hold(r)
	defer t.let(r)
	if s := t.sessions.at(r); s.phase == free || s.expires <= now {
		return v, false
	}
	return t.view(r, now), true
}

// Kill ends the session called id, and reports whether there was one. Its next
// packet belongs to no session.
func (t *Table) Kill(id uint64) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	r := t.byID(id)
	if r != 0 {
		t.remove(r, CauseKilled)
	}
	return r != 0
}

// Len returns the number of sessions, those included that have expired and are
// not yet reaped.
func (t *Table) Len() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.counters.live
}
