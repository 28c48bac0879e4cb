package forward

import (
	"sync"
	"sync/atomic"

	"sallyport/policy"
	"sallyport/state"
)

// Hit is what a rule has decided so far.
type Hit struct {
	Packets     uint64 // that it was asked about and decided
	First, Last state.Instant
}

// hits is a Hit that all workers count in, and every policy that has a rule of
// its name.
type hits struct {
	packets     atomic.Uint64
	first, last atomic.Int64
}

func (h *hits) add(now state.Instant) {
	if h.packets.Add(1) == 1 {
		h.first.Store(int64(now))
	}
	h.last.Store(int64(now))
}

func (h *hits) get() Hit {
	return Hit{h.packets.Load(), state.Instant(h.first.Load()), state.Instant(h.last.Load())}
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
