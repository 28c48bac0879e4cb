package state

import (
	"gvisor.dev/gvisor/pkg/tcpip/header"

	"sallyport/netstack"
)

// A conversation resumed
//
// A snapshot that was taken while packets passed knows of a conversation how it
// was then; if the firewall was killed some time later, the ends have gone on
// since, by more than all sequence numbers perhaps. So a TCP session of such a
// snapshot is in the phase resumed, until both ends were heard and agree: until
// one of them has answered, in the numbers of both, what the other has said
// last. From there on its windows are held against it as ever; their scales and
// the FINs before are known from the snapshot.
//
// Until then nothing of the conversation is refused but what cannot be of any,
// and nothing is believed either: no packet prolongs the session or ends it,
// except a RST that is exact to the number that the other end waits for. A
// stranger's segment cannot keep the ends from agreeing. It counts only as the
// last word of the end whose name it bears, until that speaks itself; and the
// ends have heard far stranger things.

// resumable reports whether a conversation in phase p goes on with sequence
// numbers that a snapshot cannot foresee.
func (p phase) resumable() bool {
	const phases = 1<<established | 1<<finWait | 1<<closeWait | 1<<closing | 1<<lastAck | 1<<pickedUp | 1<<resumed
	return phases>>p&1 != 0
}

// resume forgets of a TCP session what its ends may have said since.
func (s *session) resume() {
	if s.phase.resumable() {
		s.phase = resumed
		for d := range s.peer {
			s.peer[d].flags &= finSent | finAcked
		}
	}
}

// judgeResumed is the tracker until both ends were heard and agree.
func (s *session) judgeResumed(d Direction, g *segment) ruling {
	src, dst := &s.peer[d], &s.peer[d.Opposite()]
	switch k := g.kind(); {
	case k == syn:
		return anew
	case k&rst != 0 && dst.has(heard) && g.seq == dst.ack:
		return s.close()
	case k&(syn|rst) != 0:
		return idle
	case k&ack == 0:
		return refused(netstack.BadFlags)
	}
	agreed := dst.has(heard) && src.agrees(dst, g)
	src.say(dst, g)
	if !agreed {
		return idle
	}
	src.settle(dst, g)
	s.phase = s.fins()
	return belongs
}

// say takes g as the last word of src.
func (src *peer) say(dst *peer, g *segment) {
	src.seqLo, src.ack = g.end(), g.ack
	src.maxWin = max(src.maxWin, g.win<<src.shift(dst))
	src.flags = src.flags&^finSaid | heard
	if g.has(header.TCPFlagFin) {
		src.flags |= finSaid
	}
}

// agrees reports whether g, from src, answers the last word of dst: each is at
// most a window from where the other believes it to be.
func (src *peer) agrees(dst *peer, g *segment) bool {
	win := max(src.maxWin, g.win<<src.shift(dst))
	return near(g.sack, dst.seqLo, back(win)) && near(g.seq, dst.ack, back(dst.maxWin))
}

// settle takes the last words of both for true; that of src is g.
func (src *peer) settle(dst *peer, g *segment) {
	src.settleFIN(dst)
	dst.settleFIN(src)
	dst.seqLo, src.seqLo = later(dst.seqLo, g.sack), later(src.seqLo, dst.ack)
	src.seqHi, dst.seqHi = dst.ack+dst.maxWin, src.ack+src.maxWin
}

func (p *peer) settleFIN(other *peer) {
	if p.has(finSaid) {
		p.flags |= finSent
	}
	if p.has(finSent) && !before(other.ack, p.seqLo) {
		p.flags |= finAcked
	}
	p.flags &^= heard | finSaid
}
