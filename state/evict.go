package state

// What a full table does
//
// Somebody who sends first packets as fast as the machine takes them fills any
// table, and what he filled it with stays for half a minute. So when a new
// session finds no room, one that has least to lose gives way: one that is over
// and waits for stragglers, or else one that has not shown that anybody is at
// its other end, be it a half-open connection or a datagram without an answer.
// conntrack does the same (early_drop). Conversations between two ends are
// never touched, and if there are only these, the new session is refused.
//
// Of the next few records it is the one that has been silent longest. The walk
// goes on where it stopped, so each record is looked at once in a table's
// thirty-second part of new sessions, and must be the oldest of its
// neighbours to go: an honest handshake lives as long as it takes the flood to
// fill most of the table again, which is longer than a round trip.
//
// The profile fw1 has it as FireWall-1 had, where a full table stayed full.

// reapOnFull is how many records a session that finds the table full looks at
// for one that has expired, or can be spared.
const reapOnFull = 32

// makeRoom ends sessions that have expired, or one that can be spared, and
// reports whether there is room for another now.
func (t *Table) makeRoom(now Instant) bool {
	from := t.cursor
	if t.counters.live < int(t.sessions.max) || t.sweep(now, reapOnFull) > 0 {
		return true
	}
	t.cursor = from
	spare := t.spare(reapOnFull)
	if spare != 0 && t.trial == nil {
		t.remove(spare, CauseEvicted)
	}
	return spare != 0
}

// spare returns which of the next records, all in use, can best be spared; 0 if
// none can.
func (t *Table) spare(budget int) (best ref) {
	var most worth
	var oldest Instant
	for range min(budget, int(t.sessions.used)) {
		t.cursor = t.cursor%t.sessions.used + 1
		w, seen := t.worth(t.cursor)
		if w > most || w == most && w > kept && seen < oldest {
			best, most, oldest = t.cursor, w, seen
		}
	}
	return best
}

// worth returns how well session r can be spared, and since when it is silent.
func (t *Table) worth(r ref) (worth, Instant) {
	t.hold(r)
	defer t.let(r)
	s := t.sessions.at(r)
	if t.termsOf(s).Profile == FW1 {
		return kept, s.seen
	}
	return s.worth(), s.seen
}

// worth is how well a session can be spared.
type worth uint8

const (
	kept       worth = iota // a conversation
	unanswered              // nobody may be at the other end
	finished                // it is over
)

func (s *session) worth() worth {
	switch {
	case s.phase.over():
		return finished
	case s.flags&Replied == 0 || s.phase.opening():
		return unanswered
	}
	return kept
}

// opening reports whether a handshake has begun and is not complete.
func (p phase) opening() bool {
	const phases = 1<<synSent | 1<<synSent2 | 1<<synReceived | 1<<pickedUp | 1<<cookieWait | 1<<cookieEchoed
	return phases>>p&1 != 0
}
