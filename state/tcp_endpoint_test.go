package state

import (
	"gvisor.dev/gvisor/pkg/tcpip/header"
)

const (
	fin = header.TCPFlagFin
	psh = header.TCPFlagPsh
)

// wireSegment is a segment between two endpoints. talk is the number of the
// conversation that it is of, as only a test can know it: each SYN begins one,
// and each end that accepts a SYN another, which the two then share.
type wireSegment struct {
	segment
	sacks   [][2]uint32
	talk    int
	answers int // of a SYN-ACK: the conversation that the SYN was to begin
}

// endpoint is a correct TCP host with one connection, or none: RFC 9293 3.10.7
// with RFC 5961, in the fewest words. It does nothing of its own; see the
// actions in tcp_host_test.go.
type endpoint struct {
	source
	listens bool // it takes a new connection when it has none
	begun   bool
	talks   *int // how many conversations there have been
	scale   uint8

	state           endState
	talk, answers   int
	una, nxt, top   uint32 // oldest unacknowledged, next, and highest ever sent
	edge            uint32 // it may send up to here
	wl1, wl2        uint32 // of the segment that said so
	rcv, rcvEdge    uint32 // next expected, and what it has promised to take
	held            [][2]uint32
	peerScale       uint8
	fin             bool // it has sent its FIN, which top counts
	heardFIN, ended bool
}

type endState uint8

const (
	endClosed endState = iota
	endListen
	endSynSent
	endSynReceived
	endOpen // from ESTABLISHED to LAST-ACK
	endTimeWait
)

// receive takes a segment and returns the answers.
func (e *endpoint) receive(g *wireSegment) []wireSegment {
	switch e.state {
	case endClosed:
		return e.refuse(g)
	case endListen:
		return e.accept(g)
	case endSynSent:
		return e.connect(g)
	}
	return e.judge(g)
}

// refuse answers what belongs to no connection (3.10.7.1).
func (e *endpoint) refuse(g *wireSegment) []wireSegment {
	switch {
	case g.has(rst):
		return nil
	case g.has(ack):
		return []wireSegment{{segment: segment{flags: rst, seq: g.ack}, talk: g.talk}}
	}
	return []wireSegment{{segment: segment{flags: rst | ack, ack: g.end()}, talk: g.talk}}
}

func (e *endpoint) accept(g *wireSegment) []wireSegment {
	switch {
	case g.has(rst):
		return nil
	case g.has(ack):
		return e.refuse(g)
	case !g.has(syn):
		return nil
	}
	e.begin(endSynReceived)
	e.answers = g.talk
	e.rcv, e.rcvEdge = g.seq+1, g.seq+1
	e.peerScale, e.wl1 = g.scale, g.seq
	e.edge = e.nxt + g.win
	return []wireSegment{e.synAck()}
}

// begin starts a connection with a new initial sequence number; that of the
// first wraps soon.
func (e *endpoint) begin(s endState) {
	iss := uint32(e.pick(1<<16))<<16 | uint32(e.pick(1<<16))
	if !e.begun {
		iss = -uint32(e.pick(3000))
	}
	*e.talks++
	*e = endpoint{source: e.source, talks: e.talks, begun: true, listens: e.listens, scale: e.scale, state: s, talk: *e.talks,
		una: iss, nxt: iss + 1, top: iss + 1, edge: iss + 1, peerScale: noScale}
}

func (e *endpoint) connect(g *wireSegment) []wireSegment {
	acks := g.has(ack) && before(e.una, g.ack) && !before(e.nxt, g.ack)
	switch {
	case g.has(ack) && !acks:
		return e.refuse(g)
	case g.has(rst):
		if acks {
			e.end()
		}
		return nil
	case !g.has(synAck):
		return nil
	}
	e.state, e.una, e.talk = endOpen, g.ack, g.talk
	e.rcv, e.rcvEdge = g.seq+1, g.seq+1+e.rcvEdge
	e.peerScale, e.wl1, e.wl2, e.edge = g.scale, g.seq, g.ack, g.ack+g.win
	return []wireSegment{e.ack()}
}

// judge is for the states with both SYNs known (3.10.7.4).
func (e *endpoint) judge(g *wireSegment) []wireSegment {
	if e.state == endSynReceived && g.kind() == syn && g.seq+1 == e.rcv {
		return []wireSegment{e.synAck()}
	}
	if e.state == endTimeWait && g.kind() == syn && !before(g.seq, e.rcv) && e.listens {
		e.state = endListen
		return e.accept(g)
	}
	switch {
	case !e.acceptable(g):
		if g.has(rst) {
			return nil
		}
		return []wireSegment{e.ack()}
	case g.has(rst) && g.seq == e.rcv:
		e.end()
		return nil
	case g.has(rst), g.has(syn):
		return []wireSegment{e.ack()}
	case !g.has(ack):
		return nil
	case e.state == endSynReceived && (!before(e.una, g.ack) || before(e.nxt, g.ack)):
		return e.refuse(g)
	}
	return e.take(g)
}

// acceptable is the first test of 3.10.7.4.
func (e *endpoint) acceptable(g *wireSegment) bool {
	n, window := g.end()-g.seq, e.rcvEdge-e.rcv
	starts, ends := g.seq-e.rcv < window, g.seq+n-1-e.rcv < window
	switch {
	case n == 0 && window == 0:
		return g.seq == e.rcv
	case n == 0:
		return starts
	}
	return window > 0 && (starts || ends)
}

// take acknowledges what it may, and answers what asks for an answer.
func (e *endpoint) take(g *wireSegment) []wireSegment {
	if e.state == endSynReceived {
		e.state = endOpen
	}
	if before(e.top, g.ack) {
		return []wireSegment{e.ack()} // it acknowledges what was not sent
	}
	e.una = later(e.una, g.ack)
	e.nxt = later(e.nxt, e.una)
	if before(e.wl1, g.seq) || e.wl1 == g.seq && !before(g.ack, e.wl2) {
		e.edge = g.ack + g.win<<e.shift(e.peerScale)
		e.wl1, e.wl2 = g.seq, g.ack
	}
	if g.end() == g.seq {
		e.settle()
		return nil
	}
	e.keep(g)
	e.settle()
	return []wireSegment{e.ack()}
}

// keep holds the segment's bytes, those in the window, and its FIN.
func (e *endpoint) keep(g *wireSegment) {
	from, to := later(g.seq, e.rcv), g.seq+g.len
	whole := !before(e.rcvEdge, g.end())
	if before(e.rcvEdge, to) {
		to = e.rcvEdge
	}
	if before(from, to) {
		e.held = append(e.held, [2]uint32{from, to})
	}
	e.advance()
	if g.has(fin) && whole && e.rcv == g.end()-1 {
		e.rcv, e.heardFIN = e.rcv+1, true
		e.rcvEdge = later(e.rcvEdge, e.rcv)
	}
}

// advance moves over what is held without a hole.
func (e *endpoint) advance() {
	for moved := true; moved; {
		moved = false
		rest := e.held[:0]
		for _, h := range e.held {
			switch {
			case !before(e.rcv, h[1]):
			case !before(e.rcv, h[0]):
				e.rcv, moved = h[1], true
			default:
				rest = append(rest, h)
			}
		}
		e.held = rest
	}
}

// settle looks whether both FINs are through.
func (e *endpoint) settle() {
	if e.fin && e.una == e.top && e.heardFIN && e.state == endOpen {
		e.state = endTimeWait
	}
}

// end is the end of the connection.
func (e *endpoint) end() {
	e.state, e.ended = endClosed, true
	if e.listens {
		e.state = endListen
	}
}

func (e *endpoint) shift(scale uint8) uint8 {
	if scale == noScale || e.scale == noScale || e.peerScale == noScale {
		return 0
	}
	return scale
}
