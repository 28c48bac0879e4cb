package state

// Cause is why a session ended.
type Cause uint8

const (
	CauseClosed   Cause = iota // both ends have closed it
	CauseReset                 // one end has reset it
	CauseExpired               // nothing was heard for too long
	CauseKilled                // somebody asked for it
	CauseReplaced              // a new session has taken its place
	CauseEvicted               // the table was full, and it could best be spared
	CauseRefused               // the policy in force would not let it in
	CauseMoved                 // an end or the external address is not where it was
	Causes                     // the number of causes
)

var causeWords = [Causes]string{
	"closed", "reset", "expired", "killed", "replaced", "evicted", "refused by the policy", "address gone",
}

func (c Cause) String() string { return causeWords[c] }

// Ended is the last of a session whose rule logs. Its TimeoutLeft is 0.
type Ended struct {
	View
	Cause Cause
}

// ringSize is how many ended sessions wait to be fetched.
const ringSize = 1024

// ring holds the ends of logged sessions until they are fetched. It is made
// when the first comes; when it is full, what comes is lost and counted, so
// that logging never holds a packet up.
type ring struct {
	slots      []Ended
	next, held int
	lost       uint64
}

// push returns the place for one more, nil if there is none.
func (q *ring) push() *Ended {
	if q.held == ringSize {
		q.lost++
		return nil
	}
	if q.slots == nil {
		q.slots = make([]Ended, ringSize)
	}
	q.held++
	return &q.slots[(q.next+q.held-1)%ringSize]
}

func (q *ring) pop() Ended {
	e := q.slots[q.next]
	q.next, q.held = (q.next+1)%ringSize, q.held-1
	return e
}

// report puts the end of session r on record if its rule logs and it is not on
// record yet: a TCP conversation ends when it is closed, not when the last
// straggler's time is over.
func (t *Table) report(r ref, why Cause) Event {
	s := t.sessions.at(r)
	if s.flags&(Logged|reported) != Logged {
		return NoEvent
	}
	s.flags |= reported
	if e := t.ended.push(); e != nil {
		*e = Ended{t.view(r, s.expires), why}
	}
	return Closed
}

// Ended fills ended with sessions that have ended since they were last fetched
// and whose rule logs, oldest first, and returns how many. lost counts those
// that nobody fetched in time, since the table was made.
func (t *Table) Ended(ended []Ended) (n int, lost uint64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for n < len(ended) && t.ended.held > 0 {
		ended[n] = t.ended.pop()
		n++
	}
	return n, t.ended.lost
}
