package forward

import (
	"net/netip"
	"slices"
	"testing"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
	"sallyport/policy"
	"sallyport/state"
)

// closed is outward without its rule out, and with one that says what becomes of
// the web.
func closed(verdict netstack.Verdict) policy.Spec {
	s := outward()
	s.Rules = append([]policy.Rule{{Name: "web", From: policy.FromInside, To: policy.FromOutside, Action: verdict,
		Service: []policy.Service{{Protocol: netstack.TCP, Destination: netstack.PortRange{First: 80, Last: 80}}}}}, s.Rules...)
	return s
}

func data() nettest.Packet {
	return nettest.TCP(client, server, nettest.Flags("PA"), nettest.Seq(1001), nettest.Ack(5001), nettest.Payload(10))
}

// TestRematchStopsASessionAtOnce: the first packet after the change, of either
// direction, is refused as a new one would be, and ends the session.
func TestRematchStopsASessionAtOnce(t *testing.T) {
	for _, c := range []struct {
		verdict netstack.Verdict
		answer  bool
	}{{netstack.Drop, false}, {netstack.Reject, true}} {
		for _, side := range []netstack.Side{in, out} {
			r := newRig(t, outward())
			seen := r.handshake(client, server)
			r.loadAs(closed(c.verdict), topology(), 2, Kill)
			p := data()
			if side == out {
				p = nettest.TCP(server, seen, nettest.Flags("PA"), nettest.Seq(5001), nettest.Ack(1001), nettest.Payload(10))
			}
			got := r.send(side, p)
			if got.Verdict != c.verdict || got.Reason != netstack.Policy || got.Rule != 0 || got.Generation != 2 || got.Reply != c.answer {
				t.Errorf("%v, %v: %+v", c.verdict, side, got.Outcome)
			}
			if n := r.engine.Table.Stats().Ended[state.CauseRefused]; n != 1 || len(r.sessions()) != 0 {
				t.Errorf("%v, %v: %d ended", c.verdict, side, n)
			}
			if hits := r.engine.Load().Hit(0).Hits; hits != 1 {
				t.Errorf("%v, %v: the rule counts %d", c.verdict, side, hits)
			}
		}
	}
}

// TestRematchReadmits: who may stay gets the number of the rule that lets him,
// and no packet is lost.
func TestRematchReadmits(t *testing.T) {
	r := newRig(t, outward())
	seen := r.handshake(client, server)
	r.loadAs(closed(netstack.Pass), topology(), 2, Kill)
	got := r.send(in, data())
	if flow := got.packet.Parse(t, out).Flow; endpoint(flow.Src, flow.SrcPort) != seen || got.Rule != 0 || got.Generation != 2 {
		t.Errorf("it leaves as %v by rule %d of policy %d, and was %s", flow, got.Rule, got.Generation, seen)
	}
	all := r.sessions()
	if len(all) != 1 || all[0].Rule != 0 || all[0].Generation != 2 || all[0].SrcRule != 1 || all[0].Flags&state.Logged != 0 {
		t.Errorf("%+v", all)
	}
	if hits := r.engine.Load().Hit(0).Hits; hits != 0 {
		t.Errorf("a session that stays counts as %d hits", hits)
	}
}

// TestRematchWhenTheAddressIsGone ends what is masqueraded behind an address
// that the box does not have any more, and nothing else.
func TestRematchWhenTheAddressIsGone(t *testing.T) {
	r := newRig(t, outward())
	r.handshake(client, server)
	r.handshake(client6, server6)
	box := topology()
	box.Sides[out].Own[0] = netip.MustParseAddr("203.0.113.200")
	r.loadAs(outward(), box, 2, Kill)
	r.refuse(in, data(), netstack.Untranslatable)
	if n := r.engine.Table.Stats().Ended[state.CauseMoved]; n != 1 {
		t.Errorf("%d ended", n)
	}
	r.pass(in, nettest.TCP(client6, server6, nettest.Flags("PA"), nettest.Seq(1001), nettest.Ack(5001), nettest.Payload(10)))
	r.pass(in, nettest.TCP(client, server, nettest.Flags("S"), nettest.Seq(9000)))
}

// TestRematchKeepAndReport leave packets alone.
func TestRematchKeepAndReport(t *testing.T) {
	for _, how := range []Rematch{Keep, Report} {
		r := newRig(t, outward())
		r.handshake(client, server)
		r.loadAs(closed(netstack.Drop), topology(), 2, how)
		r.pass(in, data())
		if all := r.sessions(); len(all) != 1 || all[0].Generation != 1 {
			t.Errorf("%v: %+v", how, all)
		}
	}
}

// TestRevise is what a walk does: the same, without a packet.
func TestRevise(t *testing.T) {
	r := newRig(t, outward())
	r.handshake(client, server)
	r.handshake(client6, server6)
	for i, c := range []struct {
		spec policy.Spec
		how  Rematch
		want [Fates]int
		left int
	}{
		{outward(), Kill, [Fates]int{Readmitted: 2}, 2},
		{closed(netstack.Drop), Report, [Fates]int{Refused: 2}, 2},
		{closed(netstack.Drop), Kill, [Fates]int{Refused: 2}, 0},
	} {
		r.loadAs(c.spec, topology(), uint32(i+2), c.how)
		pol, got := r.engine.Load(), [Fates]int{}
		for _, v := range r.sessions() {
			fate, _ := r.engine.Revise(pol, &v, r.now)
			got[fate]++
			if again, _ := r.engine.Revise(pol, &v, r.now); c.how == Kill && again != Untouched {
				t.Errorf("%d: the same view again: %v", i, again)
			}
		}
		if got != c.want || len(r.sessions()) != c.left {
			t.Errorf("%d: %v, and %d left", i, got, len(r.sessions()))
		}
	}
}

// TestRematchOfWhatCameThroughAMapping: it needs no rule of its own, and stays as
// long as the rule is there that let the mapping out, whatever its number; a rule
// that refuses it ends it.
func TestRematchOfWhatCameThroughAMapping(t *testing.T) {
	open := outward()
	open.NAT[0].Lending.Filtering = policy.FilterNothing
	without := func(name string) policy.Spec {
		s := closed(netstack.Drop)
		s.NAT[0].Lending.Filtering = policy.FilterNothing
		s.Rules = slices.DeleteFunc(s.Rules, func(r policy.Rule) bool { return r.Name == name })
		return s
	}
	noCalls := without("")
	noCalls.Rules = append([]policy.Rule{{Name: "no-calls", From: policy.FromOutside, To: policy.FromInside, Action: netstack.Drop}}, noCalls.Rules...)
	for _, c := range []struct {
		name string
		spec policy.Spec
		want netstack.Reason
		rule string
	}{
		{"the rule has another number", without(""), netstack.ReasonNone, "out"},
		{"the rule is gone", without("out"), netstack.Policy, ""},
		{"a rule refuses it", noCalls, netstack.Policy, ""},
	} {
		r := newRig(t, open)
		seen := r.leaves(client, server)
		call := nettest.UDP("203.0.113.77:9", seen)
		r.pass(out, call)
		r.loadAs(c.spec, topology(), 2, Kill)
		if got := r.send(out, call); got.Reason != c.want {
			t.Errorf("%s: %v", c.name, got.Reason)
		}
		for _, v := range r.sessions() {
			if v.Flags&state.ThroughMapping != 0 && r.engine.Load().Rules.Rule(v.Rule) != c.rule {
				t.Errorf("%s: under rule %q, want %q", c.name, r.engine.Load().Rules.Rule(v.Rule), c.rule)
			}
		}
	}
}
