package state

import "gvisor.dev/gvisor/pkg/tcpip/header"

// The actions of an endpoint: what a host may send at any moment.

// largestWindow is the most that a test's host lets be under way to it.
const largestWindow = 100000

// ack is a segment without data, with what has arrived out of order.
func (e *endpoint) ack() wireSegment {
	g := e.segment(ack, e.nxt, 0)
	g.sacks = append(g.sacks, e.held[:min(len(e.held), 3)]...)
	return g
}

// segment is one from seq with n bytes. It promises a window, by the way: some
// space after what has arrived, now and then none, or less than before.
func (e *endpoint) segment(flags header.TCPFlags, seq, n uint32) wireSegment {
	shift := e.shift(e.scale)
	edge := later(e.rcvEdge, e.rcv)
	switch e.pick(12) {
	case 0:
		edge = e.rcv // it shrinks to nothing
	case 1, 2, 3, 4:
		edge = e.rcv + uint32(e.pick(largestWindow))
	}
	win := min((edge-e.rcv)>>shift, 0xffff)
	e.rcvEdge = later(e.rcvEdge, e.rcv+win<<shift)
	return wireSegment{segment: segment{flags: flags, seq: seq, ack: e.rcv, win: win, len: n, scale: noScale}, talk: e.talk}
}

// synAck is the SYN-ACK, first or again; its window is not scaled.
func (e *endpoint) synAck() wireSegment {
	return e.greeting(synAck, e.rcv)
}

func (e *endpoint) syn() wireSegment { return e.greeting(syn, 0) }

func (e *endpoint) greeting(flags header.TCPFlags, acks uint32) wireSegment {
	win := min(uint32(e.pick(largestWindow)), 0xffff)
	if flags == synAck {
		e.rcvEdge = later(e.rcvEdge, e.rcv+win)
	} else {
		e.rcvEdge = max(e.rcvEdge, win) // from the other's first byte on, once that is known
	}
	scale := e.scale
	if flags == synAck && e.peerScale == noScale {
		scale = noScale
	}
	return wireSegment{segment: segment{flags: flags, seq: e.una, ack: acks, win: win, scale: scale}, talk: e.talk, answers: e.answers}
}

// act does one of the things that a host may do now.
func (e *endpoint) act() []wireSegment {
	switch e.state {
	case endSynSent:
		return []wireSegment{e.syn()}
	case endSynReceived:
		return []wireSegment{e.synAck()}
	case endTimeWait:
		if e.pick(20) == 0 {
			e.end()
		}
		return nil
	case endOpen:
		return e.actOpen()
	}
	return nil
}

func (e *endpoint) actOpen() []wireSegment {
	switch e.pick(16) {
	case 0: // keep-alive
		g := e.segment(ack, e.una-1, uint32(e.pick(2)))
		return []wireSegment{g}
	case 1: // window update, or the answer that was delayed
		return []wireSegment{e.ack()}
	case 2: // time-out: all again
		e.nxt = e.una
		return e.data()
	case 3, 4:
		return e.again()
	case 5: // probe of a closed window
		if e.edge == e.top && !e.fin && e.nxt == e.top {
			g := e.segment(ack, e.top, 1)
			e.top, e.nxt = e.top+1, e.nxt+1
			return []wireSegment{g}
		}
	case 6:
		if e.pick(10) == 0 && !e.fin && e.nxt == e.top {
			return e.close()
		}
	}
	return e.data()
}

// data is new data, or after a time-out old: as much as the window and chance
// allow, up to a super-packet.
func (e *endpoint) data() []wireSegment {
	limit := e.edge
	if e.fin {
		limit = e.top - 1
	}
	if !before(e.nxt, limit) {
		return nil
	}
	n := min(limit-e.nxt, 1+uint32(e.pick(largestWindow/16)))
	g := e.segment(ack|psh, e.nxt, n)
	e.nxt += n
	e.top = later(e.top, e.nxt)
	return []wireSegment{g}
}

// again repeats some of what is not acknowledged, with the FIN if that is last.
func (e *endpoint) again() []wireSegment {
	unacked := e.top - e.una
	if unacked == 0 {
		return nil
	}
	from := e.una + uint32(e.pick(int(unacked)))
	n := min(e.top-from, 1+uint32(e.pick(largestWindow/16)))
	flags := header.TCPFlags(ack)
	if e.fin && from+n == e.top {
		flags, n = flags|fin, n-1
	}
	return []wireSegment{e.segment(flags, from, n)}
}

func (e *endpoint) close() []wireSegment {
	g := e.segment(ack|fin, e.top, 0)
	e.fin = true
	e.top, e.nxt = e.top+1, e.top+1
	return []wireSegment{g}
}

// abort resets the connection, as a host does that closes with data unread.
func (e *endpoint) abort() []wireSegment {
	g := wireSegment{segment: segment{flags: rst | ack, seq: e.top, ack: e.rcv}, talk: e.talk}
	e.end()
	return []wireSegment{g}
}
