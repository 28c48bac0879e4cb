package state

import "sync"

// cell is what packets touch of a record: a session, and the lock of what they do
// to it, in three lines of the cache.
type cell struct {
	mu sync.Mutex
	session
}

// cells are the records of a table: the cells, and their cold parts under the same
// numbers, which are the slab's to lend.
type cells struct {
	reserved[cell] // where nothing that changes is near it
	_              apart
	slab[cold, *cold]
}

// apart keeps what changes out of the part of the cache that holds what does
// not.
type apart [64]byte

func newCells(max int) cells {
	return cells{reserved: reserve[cell](max + 1), slab: newSlab[cold](max)}
}

// at returns the session in record r, which must have been taken.
func (c *cells) at(r ref) *session { return &c.all[r].session }

// cold returns the cold part of it.
func (c *cells) cold(r ref) *cold { return c.slab.at(r) }

// set makes w the record r.
func (c *cells) set(r ref, w *whole) { *c.at(r), *c.cold(r) = w.session, w.cold }

func (c *cells) unlock(r ref) { c.all[r].mu.Unlock() }

// lock takes the lock of session r.
func (t *Table) lock(r ref) {
	if mu := &t.sessions.all[r].mu; !mu.TryLock() {
		t.wait(mu)
	}
}

// lockAll takes the table's lock, for a packet.
func (t *Table) lockAll() {
	if !t.mu.TryLock() {
		t.wait(&t.mu)
	}
}

// wait is for a lock that somebody has.
//
//go:noinline
func (t *Table) wait(mu *sync.Mutex) {
	t.waits.Add(1)
	mu.Lock()
}

// hold is lock for who has the table's: in a rehearsal, which holds one session
// from beginning to end, it has that one's too.
func (t *Table) hold(r ref) {
	if r != t.held {
		t.lock(r)
	}
}

// let is the opposite of hold.
func (t *Table) let(r ref) {
	if r != t.held {
		t.sessions.unlock(r)
	}
}

// copy returns session r as it is now.
func (t *Table) copy(r ref) whole {
	t.hold(r)
	defer t.let(r)
	return t.whole(r)
}

// whole is copy for who holds it.
func (t *Table) whole(r ref) whole { return whole{*t.sessions.at(r), *t.sessions.cold(r)} }
