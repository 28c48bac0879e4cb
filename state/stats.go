package state

// counters is what the table counts as it goes.
type counters struct {
	live     int
	opened   uint64
	restored uint64
	ended    [Causes]uint64
}

// Stats is a table's gauges and counters.
type Stats struct {
	Sessions    int            // as Len
	MaxSessions int            // the limit
	HalfOpen    int            // TCP and SCTP sessions before the handshake is complete
	Mappings    int            // external ports lent out
	Opened      uint64         // sessions ever opened
	Restored    uint64         // sessions taken up from a snapshot
	Ended       [Causes]uint64 // sessions removed, by cause
	EndedLost   uint64         // ends that nobody fetched in time
	Waits       uint64         // times that a packet, or who walks the table, found a lock taken
}

func (t *Table) halfOpen() int {
	n := 0
	for p, count := range t.inPhase {
		if phase(p).halfOpen() {
			n += count
		}
	}
	return n
}

// Stats returns the table's numbers now.
func (t *Table) Stats() Stats {
	t.mu.Lock()
	defer t.mu.Unlock()
	return Stats{
		Sessions:    t.counters.live,
		MaxSessions: int(t.sessions.max),
		HalfOpen:    t.halfOpen(),
		Mappings:    t.mappings.live,
		Opened:      t.counters.opened,
		Restored:    t.counters.restored,
		Ended:       t.counters.ended,
		EndedLost:   t.ended.lost,
		Waits:       t.waits.Load(),
	}
}
