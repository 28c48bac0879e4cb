package forward

import (
	"maps"
	"sync"
	"sync/atomic"

	"sallyport/policy"
	"sallyport/state"
)

// Hit is what a rule has done so far.
type Hit struct {
	Hits     uint64 // packets that it was asked about and decided
	Sessions uint64 // that it let in
	Packets  uint64 // of its sessions, both ways, or that it refused: as on the wire
	Bytes    uint64 // of them
	// First and Last are when it decided; negative before the start, and
	// meaningless without Hits.
	First, Last state.Instant
}

// hits is a Hit that all workers count in, and every policy that has a rule of
// its name.
type hits struct {
	hits, sessions, packets, bytes atomic.Uint64
	first, last                    atomic.Int64
}

// hit notes a decision.
func (h *hits) hit(now state.Instant) {
	if h.hits.Add(1) == 1 {
		h.first.Store(int64(now))
	}
	h.last.Store(int64(now))
}

func (h *hits) get() Hit {
	return Hit{
		Hits: h.hits.Load(), Sessions: h.sessions.Load(), Packets: h.packets.Load(), Bytes: h.bytes.Load(),
		First: state.Instant(h.first.Load()), Last: state.Instant(h.last.Load()),
	}
}

func (h *hits) set(b Hit) {
	h.hits.Store(b.Hits)
	h.sessions.Store(b.Sessions)
	h.packets.Store(b.Packets)
	h.bytes.Store(b.Bytes)
	h.first.Store(int64(b.First))
	h.last.Store(int64(b.Last))
}

// counts are the counters of rules by their names. A rule that comes back under
// its name, as after a rollback, counts on where it was.
type counts struct {
	mu     sync.Mutex
	byName map[string]*hits
}

// defaultName is that of policy.DefaultRule.
const defaultName = "default"

// maxForgotten is how many counters are kept of rules that are in force no more.
const maxForgotten = 4096

// of returns the counters of rules of these names in their order, and then the
// default's.
func (c *counts) of(rules *policy.RuleSet) []*hits {
	c.mu.Lock()
	defer c.mu.Unlock()
	names := rules.Names()
	if len(c.byName) > 2*len(names)+maxForgotten || c.byName == nil {
		c.forget(names)
	}
	all := make([]*hits, 0, len(names)+1)
	for _, name := range names {
		all = append(all, c.one(name))
	}
	return append(all, c.one(defaultName))
}

func (c *counts) one(name string) *hits {
	h := c.byName[name]
	if h == nil {
		h = new(hits)
		c.byName[name] = h
	}
	return h
}

// forget keeps the counters of these names alone, and the default's.
func (c *counts) forget(names []string) {
	kept := make(map[string]*hits, len(names)+1)
	for _, name := range append([]string{defaultName}, names...) {
		if h := c.byName[name]; h != nil {
			kept[name] = h
		}
	}
	c.byName = kept
}

// Hits calls yield with the name of every rule that counts or has counted, and
// what, in no order.
func (e *Engine) Hits(yield func(name string, h Hit) bool) {
	for name, h := range e.counts.all() {
		if !yield(name, h.get()) {
			return
		}
	}
}

// SetHits has rules go on counting from there. It comes before the first policy.
func (e *Engine) SetHits(counted map[string]Hit) {
	e.counts.mu.Lock()
	defer e.counts.mu.Unlock()
	e.counts.forget(nil)
	for name, h := range counted {
		e.counts.one(name).set(h)
	}
}

func (c *counts) all() map[string]*hits {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.byName)
}
