package state

import (
	"errors"
	"fmt"
	"slices"

	"sallyport/netstack"
)

// Audit tests what table.go promises of sessions: each is found by either of
// its keys, as itself; none is in the index besides; and what is counted adds
// up. So it does for what mapping.go promises of mappings. It returns everything
// that does not hold. It goes through all records under the lock, so it is for
// tests and for the search for a fault.
func (t *Table) Audit() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	var errs []error
	live, inPhase, knows := 0, [phases]int{}, newPairs(int(t.sessions.max), &t.hash)
	halfOpen := [netstack.Sides]int64{}
	for r := ref(1); r <= t.sessions.used; r++ {
		s := t.copy(r)
		if s.phase == free {
			continue
		}
		live++
		inPhase[s.phase]++
		if t.isWatched(&s.session) && s.phase.halfOpen() {
			halfOpen[s.begunFrom()]++
		}
		keys := s.keys()
		knows.add(&keys)
		errs = append(errs, t.auditKeys(r, &keys))
	}
	if inPhase != t.inPhase {
		errs = append(errs, fmt.Errorf("sessions in each phase: %v, counted %v", inPhase, t.inPhase))
	}
	if !slices.Equal(knows.counts, t.pairs.counts) {
		errs = append(errs, errors.New("the pairs of addresses are not those of the sessions"))
	}
	if n := t.index.entries(); n != 2*live {
		errs = append(errs, fmt.Errorf("%d sessions are in the index %d times", live, n))
	}
	for side, n := range halfOpen {
		if counted := t.guard.sides[side].halfOpen.Load(); counted != n {
			errs = append(errs, fmt.Errorf("%d half-open sessions were begun from %v, counted %d", n, netstack.Side(side), counted))
		}
	}
	return errors.Join(append(errs, t.counters.audit(live), t.auditLimits(), t.auditMappings())...)
}

// auditKeys looks the session in record r up, whether it has expired or not.
func (t *Table) auditKeys(r ref, keys *[2]netstack.FlowKey) error {
	for d, k := range keys {
		if at, dir := t.locate(&k, t.hash.flow(&k)); at != r || dir != Direction(d) {
			return fmt.Errorf("%v of session %d finds the %v direction of record %d, not of %d", k, t.id(r), dir, at, r)
		}
	}
	return nil
}

func (c *counters) audit(live int) error {
	ended := uint64(0)
	for _, n := range c.ended {
		ended += n
	}
	if c.live != live || c.opened+c.restored != ended+uint64(live) {
		return fmt.Errorf("%d sessions, counted %d; %d opened, %d restored, %d ended", live, c.live, c.opened, c.restored, ended)
	}
	return nil
}

// entries counts what is in the index.
func (x *index) entries() (n int) {
	for i := range uint32(len(x.all)) {
		if x.at(i).ref != 0 {
			n++
		}
	}
	return n
}
