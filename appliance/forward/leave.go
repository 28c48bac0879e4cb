package forward

import (
	"sallyport/netstack"
	"sallyport/state"
)

// leave makes the packet what it is to be on the other side of the firewall, and
// sets o, which is zero.
func (l *Lane) leave(pol *Policy, m *state.Match, reply *netstack.Frame, now state.Instant, o *Outcome) {
	p := l.pkt
	o.Verdict, o.Out, o.Event = netstack.Pass, m.Out, m.Event
	o.Rule, o.Generation, o.Session = m.Rule, m.Generation, m.Session
	if mtu := pol.MTU[m.Out]; mtu > 0 && l.oversize(mtu) {
		o.Verdict, o.Reason = netstack.Drop, netstack.TooBig
		o.Reply = l.answers.take(now) && l.asSent(pol).MakeTooBig(reply, pol.source(p), mtu)
		return
	}
	l.identify(m)
	if p.ICMP == netstack.ICMPError {
		p.AddHop()
		p.RewriteError(m.Leave.Src, m.Leave.Dst, m.Quoted)
	} else {
		p.Forward(&m.Leave)
	}
}

// oversize reports whether p is larger than what may leave, and nobody may make
// it smaller.
func (l *Lane) oversize(mtu int) bool {
	if w := &l.joined.whole; w.Fragments > 0 {
		return w.Largest > mtu && w.DontFragment
	}
	return l.pkt.WireSize() > mtu && l.pkt.DontFragment()
}

// toSelf gives the packet back to the kernel it came from, which delivers it
// to the box: written to the device it was read from.
func (l *Lane) toSelf(pol *Policy, rule uint32) Outcome {
	p := l.pkt
	if r := pol.Rules.Admissible(p); r != netstack.ReasonNone {
		return refuse(r)
	}
	p.AddHop()
	return Outcome{Verdict: netstack.Pass, Out: p.Flow.In, Rule: rule}
}

// ownAnswer reports whether the packet, which belongs to no session, answers
// something that the box itself sent: a reply to its ping, an ICMP error about
// one of its packets, or a fragmented packet to one of its clients. Its own
// connections do not pass here, but where there are no ports the kernel cannot
// tell; so only it knows them, and it checks what it is given against its
// sockets. r is why the packet can begin no session either, if so.
func (l *Lane) ownAnswer(pol *Policy, r netstack.Reason) bool {
	p := l.pkt
	switch {
	case !pol.Rules.IsOwn(p.Flow.Dst):
		return false
	case l.joined.whole.Fragments > 0 && (p.Flow.Proto == netstack.UDP || p.Flow.Proto == netstack.TCP):
		return pol.isClients(p.Flow.In, p.Flow.DstPort)
	case p.ICMP == netstack.ICMPReply:
		return r != netstack.ReasonNone
	case p.ICMP == netstack.ICMPError:
		return r != netstack.ReasonNone && pol.Rules.IsOwn(p.Quoted.Src)
	}
	return false
}
