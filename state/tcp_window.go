package state

import (
	"gvisor.dev/gvisor/pkg/tcpip/header"

	"sallyport/netstack"
)

// The window test
//
// Four conditions hold for every segment of a correct endpoint, and pf was the
// first to test them; with what conntrack has learnt since. The firewall sees a
// segment before its receiver does, so what an end was told, and what it has
// sent, the firewall knows at least as well.
//
//	             seqLo - back            seqLo          seqHi + 1
//	 sequence  ------|---------------------|---------------|------
//	   before the window    may be sent again, or for the     beyond the window
//	                              first time
//
//	         other's seqLo - back     other's seqLo
//	 acknowl.  ------|---------------------|----------------------
//	 acknowledges too little    may be            acknowledges too much
//	                         acknowledged
//
//   - Beyond: nobody sends past the largest window edge it was ever given, but
//     for one byte that probes a closed window, and a FIN. A window that shrinks
//     takes nothing back. Nothing follows a FIN.
//   - Before: what is not acknowledged may come again; of that there is at most
//     a window, and a keep-alive is one before it. Another window allows for
//     acknowledgements that are lost or still under way, and for segments that
//     others have overtaken.
//   - Too much: nobody acknowledges, selectively or not, what the other end has
//     not sent.
//   - Too little: the other end can only be a window ahead of what it knows to
//     be acknowledged. Again, another window for what is overtaken.

// A segment may be minBack behind whatever the window: as with pf and
// conntrack, the window is 64 KiB at least. maxBack keeps an end with the
// largest of windows from calling any number an old one.
const (
	minBack = 0xffff
	maxBack = 1 << 30
)

// back is how far behind the newest a segment may be, if the end that sets the
// pace has given a window of at most maxWin.
func back(maxWin uint32) uint32 { return min(max(2*maxWin, minBack), maxBack) }

// tooFar reports whether a segment may not be that far behind.
func tooFar(behind, maxWin uint32) bool { return behind > minBack && behind > back(maxWin) }

// limit is how far src may send.
func (src *peer) limit() uint32 {
	if src.has(finSent) {
		return src.seqLo
	}
	return later(src.seqHi, src.seqLo) + 1
}

// last is the sequence number after the last that counts against the window:
// the FIN does not, the first time.
func (src *peer) last(g *segment) uint32 {
	if g.has(header.TCPFlagFin) && !src.has(finSent) {
		return g.end() - 1
	}
	return g.end()
}

// fails returns the condition that g, from src, does not meet.
func (src *peer) fails(dst *peer, g *segment) Condition {
	switch limit := src.limit(); {
	case before(g.seq, src.seqLo) && tooFar(src.seqLo-g.seq, dst.maxWin):
		return BeforeWindow
	case before(limit, g.seq), before(limit, src.last(g)):
		return BeyondWindow
	case before(dst.seqLo, g.sack):
		return AcksTooMuch
	case tooFar(dst.seqLo-g.sack, src.maxWin):
		return AcksTooLittle
	}
	return NoCondition
}

// hear judges a segment with ACK by its window, and learns from it.
func (s *session) hear(d Direction, g *segment) ruling {
	src, dst := &s.peer[d], &s.peer[d.Opposite()]
	if c := src.fails(dst, g); c != NoCondition {
		return outOfWindow(c)
	}
	src.observe(dst, g)
	src.flags &^= newSYN | newData // it goes on: that SYN was not its own, or is over
	return belongs
}

func outOfWindow(c Condition) ruling {
	return ruling{reason: netstack.OutOfWindow, condition: c}
}
