package policy

import (
	"math/rand/v2"
	"slices"
	"testing"

	"sallyport/netstack"
)

// TestLintIsTrue sends random packets at random rule sets: what lint calls dead
// decides nothing, and without what it calls redundant nothing changes.
func TestLintIsTrue(t *testing.T) {
	seen := map[Fault]int{}
	for seed := range uint64(1500) {
		d := dice{rand.New(rand.NewPCG(seed, 3))}
		s, box := d.spec(), d.topology()
		found, err := Lint(s, box)
		if err != nil {
			t.Fatal(err)
		}
		dead, deadNAT, gone := sorted(found, seen)
		now := at(s, []bool{true, d.one(2), d.one(2)})
		all, together, alone := compiled(t, now, box), compiled(t, without(now, gone), box), compiled(t, now, box)
		if len(gone) > 0 {
			alone = compiled(t, without(now, gone[d.IntN(len(gone)):][:1]), box)
		}
		for range 60 {
			p := d.packet()
			if all.Admissible(p) != netstack.ReasonNone || all.IsOwn(p.Flow.Src) {
				continue // the kernel's own errors open nothing
			}
			got := all.Evaluate(p)
			turned := p.Flow.In == netstack.Inside && got.Out == netstack.Inside // a translation is dead if it is all that it does
			if slices.Contains(dead, int(got.Rule)) || got.Verdict == netstack.Pass && !turned &&
				(slices.Contains(deadNAT, int(got.Translation.SrcRule)) || slices.Contains(deadNAT, int(got.Translation.DstRule))) {
				t.Fatalf("seed %d, %v: %+v, but %s", seed, p.Flow, got, say(found))
			}
			for _, fewer := range []*RuleSet{together, alone} {
				if b := fewer.Evaluate(p); got.Verdict != b.Verdict || got.Log != b.Log || got.Reason != b.Reason {
					t.Fatalf("seed %d, %v: %+v, and %+v without %v: %s", seed, p.Flow, got, b, gone, say(found))
				}
			}
		}
	}
	for f, least := range map[Fault]int{NeverMatches: 50, Shadowed: 50, Redundant: 25, Unopened: 50, ExternalInside: 5} {
		if seen[f] < least {
			t.Errorf("fault %d found %d times: the test does not try it", f, seen[f])
		}
	}
}

// at is s when the times that Rule.When numbers are those that on says.
func at(s Spec, on []bool) Spec {
	s.Rules = slices.Clone(s.Rules)
	for i := range s.Rules {
		s.Rules[i].Off = !on[s.Rules[i].When]
	}
	return s
}

// sorted returns the rules and the translations, as a Translation numbers them,
// that get nothing, and all rules that can go.
func sorted(found []Finding, seen map[Fault]int) (dead, deadNAT, gone []int) {
	for _, f := range found {
		seen[f.Fault]++
		switch {
		case f.Fault == ExternalInside || f.Fault == ExternalTaken:
		case f.NAT:
			deadNAT = append(deadNAT, f.Number+1)
		case f.Fault == Redundant:
			gone = append(gone, f.Number)
		case f.Fault == NeverMatches || f.Fault == Shadowed:
			dead, gone = append(dead, f.Number), append(gone, f.Number)
		}
	}
	return dead, deadNAT, gone
}

func without(s Spec, gone []int) Spec {
	rest := Spec{NAT: s.NAT}
	for i, r := range s.Rules {
		if !slices.Contains(gone, i) {
			rest.Rules = append(rest.Rules, r)
		}
	}
	return rest
}

func BenchmarkLint(b *testing.B) {
	s := manyRules(10000)
	for b.Loop() {
		if found, err := Lint(s, home()); err != nil || len(found) > 20000 {
			b.Fatal(len(found), err)
		}
	}
}
