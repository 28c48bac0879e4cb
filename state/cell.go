package state

import "sync"

// cell is a record of the table: a session, and the lock of what packets do to
// it, which lies where they look first.
type cell struct {
	mu sync.Mutex
	session
}

func (c *cell) nextFree() *ref { return &c.mapping }

// cells are the records of a table.
type cells struct {
	all []cell // as the slab's, where nothing that changes is near it
	_   apart
	slab[cell, *cell]
}

// apart keeps what changes out of the part of the cache that holds what does
// not.
type apart [64]byte

func newCells(max int) cells {
	s := newSlab[cell](max)
	return cells{all: s.all, slab: s}
}

// at returns the session in record r, which must have been taken.
func (c *cells) at(r ref) *session { return &c.all[r].session }

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
func (t *Table) copy(r ref) session {
	t.hold(r)
	defer t.let(r)
	return *t.sessions.at(r)
}
