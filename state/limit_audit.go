package state

import (
	"errors"
	"fmt"
)

// auditLimits tests what limit.go promises: what ledgers and accounts have counted
// is what the sessions say, and an account without sessions is idle.
func (t *Table) auditLimits() error {
	l := &t.limits
	if l.names == nil {
		return nil
	}
	var errs []error
	ledgers, on := make([]ledger, len(l.ledgers)), map[ref]uint32{}
	for r := ref(1); r <= t.sessions.used; r++ {
		at := l.held(r)
		if at == 0 {
			continue
		}
		total, p := &ledgers[l.accounts.at(at).ledger], t.copy(r).phase
		if p == free {
			errs = append(errs, fmt.Errorf("the free record %d is on an account", r))
		}
		on[at]++
		total.sessions++
		if p.halfOpen() {
			total.halfOpen++
		}
	}
	idle := 0
	for r := l.idle.oldest; r != 0; r = l.accounts.at(r).newer {
		ledgers[l.accounts.at(r).ledger].sources++
		if idle++; l.accounts.at(r).sessions != 0 {
			errs = append(errs, fmt.Errorf("account %d is idle with %d sessions", r, l.accounts.at(r).sessions))
		}
	}
	for r, n := range on {
		ledgers[l.accounts.at(r).ledger].sources++
		if a := l.accounts.at(r); a.sessions != n || l.find(a.source, a.ledger) != r {
			errs = append(errs, fmt.Errorf("account %d has %d sessions, counted %d, and is found as %d", r, n, a.sessions, l.find(a.source, a.ledger)))
		}
	}
	for id := range ledgers {
		is, counted := &ledgers[id], &l.ledgers[id]
		if is.sessions != counted.sessions || is.halfOpen != counted.halfOpen || is.sources != counted.sources {
			errs = append(errs, fmt.Errorf("ledger %d: %d sessions, %d half open, %d sources; counted %d, %d, %d",
				id, is.sessions, is.halfOpen, is.sources, counted.sessions, counted.halfOpen, counted.sources))
		}
	}
	if n := l.index.entries(); n != idle+len(on) {
		errs = append(errs, fmt.Errorf("%d accounts, and %d in the index", idle+len(on), n))
	}
	return errors.Join(errs...)
}
