package forward

import (
	"sallyport/netstack"
	"sallyport/state"
)

// view is a packet as it has been parsed.
type view struct {
	pkt    netstack.Packet
	pol    *Policy // under which it was parsed
	reason netstack.Reason
}

// lookAhead parses the frames of a batch and has the table fetch what it knows
// of them, so that decide, called for each in turn, hardly ever waits for memory.
// Nothing is decided and nothing changed.
func (l *Lane) lookAhead(in netstack.Side, frames []*netstack.Frame) {
	pol := l.engine.policy.Load()
	l.behind = len(frames) == batch
	for i, f := range frames {
		l.look(i, pol, in, f)
	}
	if len(frames) > 1 {
		l.engine.Table.Approach(l.places[:len(frames)])
	}
}

// look makes view i that of f.
func (l *Lane) look(i int, pol *Policy, in netstack.Side, f *netstack.Frame) {
	v := &l.views[i]
	v.pol, l.places[i] = pol, state.Place{}
	if pol == nil {
		v.pkt, v.reason = netstack.Packet{Frame: f}, netstack.NotReady
		return
	}
	if v.reason = pol.parse(&v.pkt, in, f); v.reason == netstack.ReasonNone {
		l.places[i] = l.engine.Table.Foresee(&v.pkt)
	}
}
