package policy

import (
	"slices"

	"sallyport/netstack"
)

// slow judges packets straight from what was written, with the standard
// library's addresses and no preparation: the obviously right twin of RuleSet.
type slow struct {
	spec Spec
	box  Topology
}

func (s slow) evaluate(p *netstack.Packet) Decision {
	sent := meeting{p: p, in: p.Flow.In, src: p.Flow.Src.Netip(), dst: p.Flow.Dst.Netip(), dstPort: p.Flow.DstPort}
	sent.to = 1 << s.sideOf(sent.dst, sent.in)
	m, d, turned, ok := s.led(sent)
	m.to = 1 << d.Out
	switch {
	case !s.routed(m, d.Out):
		return Decision{Reason: netstack.NoRoute, Rule: DefaultRule, Out: d.Out}
	case !ok, d.Out == netstack.Self && d.Translation.DstRule != 0:
		return Decision{Reason: netstack.Untranslatable, Rule: DefaultRule, Out: d.Out}
	}
	turned = turned && d.Out == netstack.Inside
	source, ok := s.sourceOf(m, sent, turned, d.Out)
	d.Reason = netstack.Policy
	for i, r := range s.spec.Rules {
		if s.rule(r, m) || turned && s.rule(r, s.seen(m, source)) {
			d.Verdict, d.Rule, d.Log, d.Limit = r.Action, uint32(i), r.Log, r.Limit
			break
		}
	}
	if d.Verdict != netstack.Pass {
		return d
	}
	d.Reason = netstack.ReasonNone
	d.Translation.SrcRule, d.Translation.Pool, d.Translation.Src = source.SrcRule, source.Pool, source.Src
	if !ok {
		d.Verdict, d.Reason = netstack.Drop, netstack.Untranslatable
	}
	return d
}

// led is what was sent where a translation leads it, and whether it turns round
// there; not ok if there is nothing to lead it to. What would turn round and
// cannot goes on as it was sent.
func (s slow) led(sent meeting) (m meeting, d Decision, turned, ok bool) {
	stays := Decision{Rule: DefaultRule, Out: s.sideOf(sent.dst, sent.in)}
	i := slices.IndexFunc(s.spec.NAT, func(n NAT) bool { return s.inward(n, sent) })
	direct := i >= 0
	if !direct {
		i = slices.IndexFunc(s.spec.NAT, func(n NAT) bool { return s.hairpins(n, sent) })
	}
	if i < 0 || s.spec.NAT[i].Type == Exempt {
		return sent, stays, false, true
	}
	m, d, turned = sent, stays, !direct || s.hairpins(s.spec.NAT[i], sent)
	ok = s.lead(s.spec.NAT[i], &m, turned, &d)
	if d.Translation.DstRule = uint16(i + 1); !direct && d.Out != netstack.Inside {
		return sent, stays, false, true
	}
	return m, d, turned, ok
}

// sourceOf is the source that m leaves with. What turns round and has no
// translation for the inside has that of what was sent, for the outside.
func (s slow) sourceOf(m, sent meeting, turned bool, out netstack.Side) (netstack.Translation, bool) {
	if out == netstack.Self {
		return netstack.Translation{}, true
	}
	j := s.outward(m)
	if turned && j < 0 {
		sent.to = 1 << netstack.Outside
		return s.source(s.outward(sent), sent, netstack.Outside)
	}
	return s.source(j, m, out)
}
