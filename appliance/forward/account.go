package forward

import "sallyport/netstack"

// account is what a worker has to add to the counters of a rule. Packets mostly
// come as several of one rule, so that what all workers share is written to
// rarely.
type account struct {
	to             *hits
	packets, bytes uint64
}

// add notes packets of h, and settles what is due to another.
func (a *account) add(h *hits, packets, bytes uint64) {
	if h != a.to {
		a.settle()
		a.to = h
	}
	a.packets += packets
	a.bytes += bytes
}

// settle adds what is due.
func (a *account) settle() {
	if a.packets > 0 {
		a.to.packets.Add(a.packets)
		a.to.bytes.Add(a.bytes)
	}
	*a = account{}
}

// countsFor reports whether the packet is one of its rule's: it passed by it, or
// was refused by it.
func (o *Outcome) countsFor() bool {
	return o.Rule != NoRule && (o.Verdict == netstack.Pass || o.Reason == netstack.Policy)
}

// charge counts a packet for the rule that decided about its session.
func (w *Worker) charge(o *Outcome, packets, bytes uint64) {
	pol := w.lane.engine.Load()
	if pol == nil || !o.countsFor() {
		return
	}
	if h := pol.hitsOf(o.Generation, o.Rule); h != nil {
		w.due.add(h, packets, bytes)
	}
}

// maxElders is how many policies before the one in force can be counted for:
// their sessions soon are the new one's, unless Rematch keeps them.
const maxElders = 8

// elder is the counters of a policy that is in force no more.
type elder struct {
	generation uint32
	hits       []*hits
}

// succeed makes p the successor of another policy.
func (p *Policy) succeed(q *Policy) {
	switch {
	case q == nil:
		p.elders = []elder{{0, p.hits}} // what was restored before anything was judged
		return
	case q.Generation == p.Generation:
		p.elders = q.elders
		return
	}
	p.elders = append([]elder{{q.Generation, q.hits}}, q.elders[:min(len(q.elders), maxElders-1)]...)
}

// hitsOf returns the counter of a rule of some generation; nil if that was too
// long ago.
func (p *Policy) hitsOf(generation, rule uint32) *hits {
	if generation == p.Generation {
		return p.hits[p.slot(rule)]
	}
	for i := range p.elders {
		if e := &p.elders[i]; e.generation == generation {
			return e.hits[min(int(rule), len(e.hits)-1)]
		}
	}
	return nil
}
