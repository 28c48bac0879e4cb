package state

import "gvisor.dev/gvisor/pkg/tcpip/header"

// peer is what the tracker has learnt of one end of a TCP conversation, all of
// it from segments that passed, in the words of pf.
type peer struct {
	seqLo  uint32 // the sequence number after the last it has sent
	seqHi  uint32 // the end of the largest window it was ever given: it may send up to here
	ack    uint32 // the highest acknowledgement it has sent; at first the other end's initial sequence number
	maxWin uint32 // the largest window it has given, in bytes
	scale  uint8  // what its window fields are to be shifted by, or noScale
	flags  peerFlags
	// newScale is scale after the SYN that session.newSYN is of, if it has sent that.
	newScale uint8
}

type peerFlags uint8

const (
	crossed    peerFlags = 1 << iota // it has sent a SYN that crosses the other's, so far unanswered
	challenged                       // it has answered the other's SYN with an acknowledgement of something else
	finSent                          // seqLo counts its FIN
	finAcked                         // the other end has acknowledged that FIN
	newSYN                           // it has sent the SYN that session.newSYN is of
	newData                          // and data with it (RFC 7413)
	heard                            // of a session picked up or resumed: it has spoken
	finSaid                          // of a session resumed: with its FIN
)

func (p *peer) has(f peerFlags) bool { return p.flags&f != 0 }

// shift returns how far the window fields of p are to be shifted: scaling holds
// only if both SYNs asked for it (RFC 7323 2.2).
func (p *peer) shift(other *peer) uint8 {
	if p.scale == noScale || other.scale == noScale {
		return 0
	}
	return p.scale
}

// begin learns from a SYN or SYN-ACK of src, forgetting what was known of it.
// The window in it is never scaled.
func (src *peer) begin(g *segment) {
	*src = peer{seqLo: g.end(), seqHi: g.end(), ack: src.ack, maxWin: g.win, scale: g.scale}
}

// observe learns from a segment that src has sent to dst, and that may be true.
func (src *peer) observe(dst *peer, g *segment) {
	win := g.win
	if !g.has(header.TCPFlagSyn) {
		win <<= src.shift(dst)
	}
	src.seqLo = later(src.seqLo, g.end())
	src.maxWin = max(src.maxWin, win)
	src.ack = later(src.ack, g.ack)
	dst.seqHi = later(dst.seqHi, g.ack+win)
	if g.has(header.TCPFlagFin) {
		src.flags |= finSent
	}
	if dst.has(finSent) && !before(g.ack, dst.seqLo) {
		dst.flags |= finAcked
	}
}

// acknowledges reports whether g, from src, acknowledges something that dst has
// sent and src had not yet acknowledged: SND.UNA < SEG.ACK =< SND.NXT.
func (src *peer) acknowledges(dst *peer, g *segment) bool {
	return before(src.ack, g.ack) && !before(dst.seqLo, g.ack)
}

// repeatsSYN reports whether g, from src, can be its SYN once more: what dst has
// acknowledged is that SYN at most, and perhaps the data that came with it (RFC
// 7413) and a little after it.
func (src *peer) repeatsSYN(dst *peer, g *segment) bool {
	return dst.ack-g.seq <= 0xffff
}
