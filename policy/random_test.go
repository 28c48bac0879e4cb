package policy

import (
	"math/rand/v2"
	"testing"

	"sallyport/netstack"
)

// TestAgainstTheSlowTwin compares every decision on thousands of random rule
// sets, boxes and packets, and checks that all kinds of decision were among
// them.
func TestAgainstTheSlowTwin(t *testing.T) {
	seen := map[string]int{}
	for seed := range uint64(2000) {
		d := dice{rand.New(rand.NewPCG(seed, 1))}
		twin := slow{d.spec(), d.topology()}
		rs := compiled(t, twin.spec, twin.box)
		for range 40 {
			p := d.packet()
			got, want := told(rs, rs.Evaluate(p)), told(rs, twin.evaluate(p))
			if got != want {
				t.Fatalf("seed %d, %v from %v:\n got %s\nwant %s\n%+v", seed, p.Flow, p.Flow.In, got, want, twin)
			}
			if got, want := rs.Admissible(p), twin.admissible(p); got != want {
				t.Fatalf("seed %d, %v from %v: %v, want %v\n%+v", seed, p.Flow, p.Flow.In, got, want, twin.box)
			}
			d := rs.Evaluate(p)
			count(seen, d, rs.Admissible(p))
			if p.Flow.In == d.Out && d.Translation.SrcRule != 0 && d.Translation.DstRule != 0 {
				seen["hairpin"]++
			}
		}
	}
	for _, kind := range []string{"pass", "reject", "drop", "policy", "no-route", "untranslatable", "spoofed", "dnat", "snat", "self", "v6 snat", "one to one", "port", "hairpin"} {
		if least := map[bool]int{true: 5, false: 50}[kind == "hairpin"]; seen[kind] < least {
			t.Errorf("%s seen %d times: the test does not try it", kind, seen[kind])
		}
	}
}

func count(seen map[string]int, d Decision, r netstack.Reason) {
	seen[d.Verdict.String()]++
	seen[d.Reason.String()]++
	seen[r.String()]++
	if d.Verdict != netstack.Pass {
		return
	}
	seen[d.Out.String()]++
	if d.Translation.DstRule != 0 {
		seen["dnat"]++
	}
	if !d.Translation.Src.IsZero() {
		seen["one to one"]++
	}
	if d.Translation.DstPort != 0 {
		seen["port"]++
	}
	if pool := d.Translation.Pool; pool != nil {
		seen["snat"]++
		if !pool.Parts[0].First.Is4() {
			seen["v6 snat"]++
		}
	}
}
