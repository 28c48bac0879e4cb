package state

import (
	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

// tamper has the stranger send something, to either end, with any numbers that
// are not the right ones by chance.
func (c *exchange) tamper() {
	f := flight{fromClient: c.pick(2) == 0, hostile: true}
	f.flags = one(c.source, syn, synAck, ack, ack|psh, ack|fin, rst, rst|ack)
	f.seq, f.ack = c.guess(), c.guess()
	f.win, f.scale = uint32(c.pick(1<<16)), one[uint8](c.source, 0, 7, noScale)
	if f.flags&syn == 0 && c.pick(2) == 0 {
		f.len = uint32(c.pick(3000))
	}
	f.talk = never
	if f.flags == syn {
		c.strangers[f.seq] = true
	}
	if c.pick(8) == 0 {
		c.forgeError(&f)
		return
	}
	c.judge(f)
}

// guess is a number that is nowhere near those in use.
func (c *exchange) guess() uint32 {
	for {
		n := uint32(c.pick(1<<16))<<16 | uint32(c.pick(1<<16))
		near := n+1<<20 < 1<<21
		for _, e := range c.ends {
			near = near || n-e.una+1<<20 < 1<<21 || n-e.rcv+1<<20 < 1<<21
		}
		if s, ok := c.record(); ok {
			for _, p := range s.peer {
				near = near || n-p.seqLo+1<<20 < 1<<21 || n-p.ack+1<<20 < 1<<21
			}
			near = near || n-s.newSYN+1<<20 < 1<<21
		}
		if !near {
			return n
		}
	}
}

// forgeError is an ICMP error about a segment that was never sent.
func (c *exchange) forgeError(f *flight) {
	before, had := c.record()
	about := flight{wireSegment: f.wireSegment, fromClient: !f.fromClient}
	_, quoted := about.leaving()
	in, p := outside, nettest.Unreachable("198.51.100.9", "192.0.2.1", 1, quoted)
	if f.fromClient {
		in, p = inside, nettest.Unreachable("10.1.0.9", "1.1.1.1", 1, quoted)
	}
	if m, reason := c.send(in, p); reason != netstack.ICMPUnrelated {
		c.Fatalf("step %d: an error about %s: %v, %+v", c.step, &about, reason, m)
	}
	if after, _ := c.record(); had && after != before {
		c.Fatalf("step %d: an error about %s changed the session", c.step, &about)
	}
}

// record returns the session, if there is one.
func (c *exchange) record() (session, bool) {
	views := c.list()
	if len(views) == 0 {
		return session{}, false
	}
	s := *c.sessions.at(ref(views[0].ID % uint64(c.sessions.max+1)))
	return s, true
}

// blind is a session without what a packet that passes may change that proves
// nothing: counters, and what is remembered until somebody else agrees.
func blind(s session) session {
	s.packets, s.bytes, s.seen, s.newSYN = [2]uint64{}, [2]uint64{}, 0, 0
	s.flags &^= Replied
	for d := range s.peer {
		s.peer[d].flags &^= newSYN | newData | challenged | crossed
		s.peer[d].newScale = 0
	}
	if s.phase == synSent {
		s.peer[Reply] = peer{ack: s.peer[Reply].ack}
	}
	if s.phase == synSent || s.phase.over() {
		s.expires, s.timer = 0, 0
	}
	return s
}
