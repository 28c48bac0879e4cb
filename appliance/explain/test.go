package explain

import (
	"fmt"
	"net/netip"

	"sallyport/appliance/enforce"
	"sallyport/appliance/forward"
	"sallyport/conf"
	"sallyport/netstack"
	"sallyport/policy"
)

// Test runs the settings' tests on the box, each on tables that hold nothing,
// and returns a fault for each that fails, at its place in the file. assumed is
// what Offline had to make up; a fault that it may be the cause of says so.
// compiled are the rules of the settings as they are on this box, nil if nobody
// has compiled them.
//
// Whatever the time is, a test that does not say when sees all rules hold: what
// passes by day does not fail by night.
func Test(s *conf.Settings, box *enforce.Box, assumed Assumptions, compiled *policy.RuleSet) (conf.Errors, error) {
	var faults conf.Errors
	known := benches{s, box, compiled, map[string]*bench{}}
	for i := range s.Tests {
		b, err := known.at(s.Tests[i].At)
		if err != nil {
			return nil, err
		}
		if fault, failed := b.test(&s.Tests[i]); failed {
			fault.Message += assumed.about(fault.Message, b.outcome.Reason)
			faults = append(faults, fault)
		}
	}
	return faults, nil
}

func (b *bench) test(t *conf.Test) (conf.Error, bool) {
	packet, err := b.packet(t.From, &t.Packet)
	if err != nil {
		return t.Fails("the packet cannot be: %v", err), true
	}
	o := b.decide(t.From, packet)
	rules := b.engine.Load().Rules
	switch {
	case !meets(&t.Expect, o, rules):
		return t.Fails("want %q, but it is %s", t.Expect.String(), fate(o, rules)), true
	case t.Translated && o.Verdict == netstack.Pass:
		return b.testLeaving(t, o.Out)
	case t.Translated:
		return t.Mistranslates("it does not leave: it is %s", fate(o, rules)), true
	}
	return conf.Error{}, false
}

// packet is the probe on this box, as it arrives on side in.
func (b *bench) packet(in netstack.Side, p *conf.Probe) ([]byte, error) {
	made, err := p.Craft(func(v4 bool) netip.Addr { return b.box.Own(in, v4) })
	if err != nil {
		return nil, err
	}
	return made.Bytes()
}

func meets(e *conf.Expectation, o *forward.Outcome, rules *policy.RuleSet) bool {
	return o.Verdict == e.Verdict &&
		(e.Rule == "" || e.Rule == rules.Rule(o.Rule)) &&
		(e.Reason == netstack.ReasonNone || e.Reason == o.Reason)
}

// fate says what became of a packet.
func fate(o *forward.Outcome, rules *policy.RuleSet) string {
	by, word := "", map[netstack.Verdict]string{
		netstack.Pass: "accepted", netstack.Drop: "dropped", netstack.Reject: "rejected", netstack.Hold: "held, as a fragment",
	}[o.Verdict]
	if name := rules.Rule(o.Rule); name != "" {
		by = fmt.Sprintf(" by %q", name)
	}
	if o.Reason != netstack.ReasonNone && o.Reason != netstack.Policy {
		return word + by + ", reason " + o.Reason.String()
	}
	return word + by
}

// testLeaving looks at the packet as it leaves.
func (b *bench) testLeaving(t *conf.Test, out netstack.Side) (conf.Error, bool) {
	var p netstack.Packet
	p.Parse(out, b.f)
	k := &p.Flow
	if b.isEnd(&t.Leaves[0], k.Src, k.SrcPort) && b.isEnd(&t.Leaves[1], k.Dst, k.DstPort) {
		return conf.Error{}, false
	}
	return t.Mistranslates("want %q, but it leaves as %q", t.Leaves[0].String()+" -> "+t.Leaves[1].String(), ends(k)), true
}

func (b *bench) isEnd(want *conf.End, a netstack.Addr, port uint16) bool {
	switch {
	case want.Port != 0 && want.Port != port:
		return false
	case want.Any:
		return true
	case want.Self:
		return b.engine.Load().Rules.IsOwn(a)
	}
	return want.Addr == a.Netip()
}

// ends are a flow's, without its protocol.
func ends(k *netstack.FlowKey) string {
	if !k.Proto.HasPorts() {
		return fmt.Sprintf("%v -> %v", k.Src, k.Dst)
	}
	return fmt.Sprintf("%v -> %v", netip.AddrPortFrom(k.Src.Netip(), k.SrcPort), netip.AddrPortFrom(k.Dst.Netip(), k.DstPort))
}
