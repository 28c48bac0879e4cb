package policy

import (
	"math/rand/v2"
	"net/netip"
	"testing"

	"sallyport/netstack"
)

// conversation returns the keys of what p opens, as d lets it in; false if that
// has no session.
func conversation(p *netstack.Packet, d Decision) (original, reply netstack.FlowKey, ok bool) {
	if d.Verdict != netstack.Pass || d.Out == netstack.Self || p.ICMP == netstack.ICMPError || p.ICMPCode != 0 {
		return original, reply, false
	}
	t := &d.Translation
	reply = p.Flow.Reverse(d.Out)
	if !t.Dst.IsZero() {
		reply.Src = t.Dst
		if t.DstPort != 0 && reply.Proto.HasPorts() {
			reply.SrcPort = t.DstPort
		}
	}
	if !t.Src.IsZero() {
		reply.Dst = t.Src
	}
	if t.Pool != nil {
		reply.Dst = t.Pool.Parts[0].First
		if reply.Proto.HasPorts() {
			reply.DstPort = t.Pool.Parts[0].Ports[0].First
		}
	}
	return p.Flow, reply, true
}

// TestRejudgeByTheSamePolicy: whoever was let in stays, under the same rules.
func TestRejudgeByTheSamePolicy(t *testing.T) {
	seen := map[bool]int{}
	for seed := range uint64(1000) {
		d := dice{rand.New(rand.NewPCG(seed, 2))}
		rs := compiled(t, d.spec(), d.topology())
		for range 40 {
			p := d.packet()
			if rs.Admissible(p) != netstack.ReasonNone {
				continue
			}
			want := rs.Evaluate(p)
			original, reply, ok := conversation(p, want)
			if !ok {
				continue
			}
			got := rs.Rejudge(&original, &reply, false)
			if got.Verdict != want.Verdict || got.Rule != want.Rule || got.Out != want.Out || got.Terms != want.Terms || got.Log != want.Log ||
				got.Translation.DstRule != want.Translation.DstRule || got.Translation.SrcRule != want.Translation.SrcRule {
				t.Fatalf("seed %d, %v from %v, replies %v:\nwas %s\nnow %s", seed, original, original.In, reply, told(rs, want), told(rs, got))
			}
			seen[want.Translation.DstRule != 0 && want.Translation.SrcRule != 0]++
		}
	}
	if seen[true] < 5 || seen[false] < 200 {
		t.Errorf("tried %v", seen)
	}
}

// TestRejudgeByAnotherPolicy: whoever would not be let in now is refused, for the
// same reason and by the same rule, wherever he goes.
func TestRejudgeByAnotherPolicy(t *testing.T) {
	seen := map[netstack.Verdict]int{}
	for seed := range uint64(1000) {
		d := dice{rand.New(rand.NewPCG(seed, 3))}
		box := d.topology()
		before, after := compiled(t, d.spec(), box), compiled(t, d.spec(), box)
		for range 40 {
			p := d.packet()
			original, reply, ok := conversation(p, before.Evaluate(p))
			if !ok || before.Admissible(p) != netstack.ReasonNone {
				continue
			}
			want, got := after.Evaluate(p), after.Rejudge(&original, &reply, false)
			if want.Verdict != netstack.Pass && (got.Verdict != want.Verdict || got.Reason != want.Reason || got.Rule != want.Rule) {
				t.Fatalf("seed %d, %v from %v, replies %v:\nopening %s\nrejudged %s", seed, original, original.In, reply, told(after, want), told(after, got))
			}
			if got.Verdict == netstack.Pass && (got.Out != reply.In || got.Translation.Pool != nil) {
				t.Fatalf("seed %d: %s", seed, told(after, got))
			}
			seen[got.Verdict]++
		}
	}
	if seen[netstack.Pass] < 10 || seen[netstack.Drop] < 10 || seen[netstack.Reject] < 10 {
		t.Errorf("tried %v", seen)
	}
}

func TestRejudge(t *testing.T) {
	without := func(nat string) Spec {
		s := homeSpec()
		var kept []NAT
		for _, n := range s.NAT {
			if n.Name != nat {
				kept = append(kept, n)
			}
		}
		s.NAT = kept
		return s
	}
	moved := func(target string) Spec {
		s := homeSpec()
		s.NAT[0].Targets = targets(target)
		return s
	}
	const (
		masqueraded = "inside tcp 10.1.0.5:4000 1.1.1.1:443 | outside tcp 1.1.1.1:443 203.0.113.7:4000"
		plain       = "inside tcp 10.1.0.5:4000 1.1.1.1:443 | outside tcp 1.1.1.1:443 10.1.0.5:4000"
		published   = "outside tcp 1.1.1.1:4000 203.0.113.7:8080 | inside tcp 10.1.0.10:80 1.1.1.1:4000"
		upload      = "outside udp 1.1.1.1:9 203.0.113.7:4000 | inside udp 10.1.0.5:5000 1.1.1.1:9"
	)
	renumbered := home()
	renumbered.Sides[netstack.Outside].Own = []netip.Addr{netip.MustParseAddr("203.0.113.8")}
	for _, c := range []struct {
		name, session string
		spec          Spec
		box           Topology
		mapped        bool
		want          string
	}{
		{"nothing has changed", masqueraded, homeSpec(), home(), false, "pass by web"},
		{"the address is another now", masqueraded, homeSpec(), renumbered, false, "drop (untranslatable)"},
		{"not masqueraded any more, but ours", masqueraded, without("internet"), home(), false, "pass by web"},
		{"masqueraded from now on", plain, homeSpec(), home(), false, "drop (untranslatable)"},
		{"published", published, homeSpec(), home(), false, "pass by www"},
		{"published no more", published, without("www"), home(), false, "drop (policy)"},
		{"new ones are led to a host that the rules do not open", published, moved("10.1.0.11:80"), home(), false, "drop (policy)"},
		{"new ones are led to a port that they do not open", published, moved("10.1.0.10:81"), home(), false, "drop (policy)"},
		{"to a mapping", upload, homeSpec(), home(), true, "pass by "},
		{"to a mapping, which does not count", upload, homeSpec(), home(), false, "drop (policy)"},
	} {
		rs := compiled(t, c.spec, c.box)
		original, reply := session(c.session)
		d := rs.Rejudge(&original, &reply, c.mapped)
		got := d.Verdict.String() + " by " + rs.Rule(d.Rule)
		if d.Verdict != netstack.Pass {
			got = d.Verdict.String() + " (" + d.Reason.String() + ")"
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// TestRejudgeKeepsTheHost: a conversation stays with its host when new ones are
// led to another, as long as the rules let it go there.
func TestRejudgeKeepsTheHost(t *testing.T) {
	s := homeSpec()
	s.NAT[0].Targets = targets("10.1.0.11:80")
	s.Rules[4].Destination = addresses("10.1.0.10-10.1.0.11")
	rs := compiled(t, s, home())
	original, reply := session("outside tcp 1.1.1.1:4000 203.0.113.7:8080 | inside tcp 10.1.0.10:80 1.1.1.1:4000")
	if d := rs.Rejudge(&original, &reply, false); d.Verdict != netstack.Pass || rs.Rule(d.Rule) != "www" {
		t.Error(told(rs, d))
	}
	if n := testing.AllocsPerRun(100, func() { rs.Rejudge(&original, &reply, false) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
