package state

import (
	"fmt"
	"maps"
	"testing"
	"time"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

// TestSnapshotRules has one rule that has got another number, one that has lost
// its number to it, and one that is gone.
func TestSnapshotRules(t *testing.T) {
	r := newRig(t, Limits{MaxSessions: 10})
	for i, rule := range []uint32{4, 2, 4, 3} {
		r.policy = func(*netstack.Packet) (Admission, bool) { return Admission{Rule: rule, Out: outside}, true }
		r.passes(inside, nettest.UDP(fmt.Sprintf("10.1.0.%d:5000", i+1), "1.1.1.1:53"))
	}
	numbers := map[string]uint32{"rule4": 3, "rule3": 1}
	known := everything
	known.Generation = 12
	known.Rule = func(name string) (uint32, bool) { n, ok := numbers[name]; return n, ok }
	after, result := restored(t, snapshotOf(t, r.Table, r.now), 10, 0, known)
	got := map[string]uint32{}
	for _, v := range after.list() {
		got[v.Original.Src.String()] = v.Rule
		if v.Generation != 12 {
			t.Errorf("%v is of generation %d", v.Original, v.Generation)
		}
	}
	if want := map[string]uint32{"10.1.0.1": 3, "10.1.0.3": 3, "10.1.0.4": 1}; !maps.Equal(got, want) || result.Count[RuleGone] != 1 {
		t.Errorf("rules %v, %v; want %v", got, result.Count, want)
	}
}

// TestSnapshotTranslationRules has sessions of two translation rules, one of
// which is gone; the other has the number of the first.
func TestSnapshotTranslationRules(t *testing.T) {
	for _, c := range []struct {
		name     string
		dst, src uint16
		restored bool
	}{
		{"none", 0, 0, true}, {"kept, destination", 2, 0, true}, {"kept, source", 0, 2, true}, {"kept, both", 2, 2, true},
		{"gone, destination", 1, 0, false}, {"gone, source", 0, 1, false}, {"one gone", 2, 1, false},
	} {
		r := newRig(t, Limits{MaxSessions: 10})
		r.policy = func(*netstack.Packet) (Admission, bool) {
			return Admission{Out: outside, Translation: netstack.Translation{DstRule: c.dst, SrcRule: c.src}}, true
		}
		r.passes(inside, nettest.UDP("10.1.0.5:5000", "1.1.1.1:53"))
		known := everything
		known.Translation = func(name string) (uint16, bool) { return 1, name == "nat2" }
		after, result := restored(t, snapshotOf(t, r.Table, r.now), 10, 0, known)
		if !c.restored {
			if result.Count[RuleGone] != 1 {
				t.Errorf("%s: %v", c.name, result.Count)
			}
			continue
		}
		if v := after.only(); v.DstRule != min(c.dst, 1) || v.SrcRule != min(c.src, 1) {
			t.Errorf("%s: translated by %d and %d", c.name, v.DstRule, v.SrcRule)
		}
	}
}

// TestSnapshotTerms has a rule with other timeouts than before, and one with
// another profile.
func TestSnapshotTerms(t *testing.T) {
	file := smallFile(t)
	slow := DefaultTimeouts()
	slow[UDPSingle] = time.Hour
	for profile, restores := range map[Profile]int{Strict: 3, Loose: 0} {
		table := NewTable(Limits{MaxSessions: 16}, DefaultTimeouts(), Seed{})
		id, err := table.Intern(Terms{profile, slow})
		if err != nil {
			t.Fatal(err)
		}
		known := everything
		known.Fits = func(uint32, *netstack.FlowKey, *netstack.FlowKey, Flags) (TermsID, bool) { return id, true }
		result, err := restoreInto(table, file, known)
		if err != nil || result.Count[Restored] != restores || result.Count[OutOfPlace] != 3-restores {
			t.Errorf("%v: %v, %v", profile, result.Count, err)
		}
		table.Sessions(0, 0, 16, func(v View) {
			if v.Original.Proto == netstack.UDP && (v.TimeoutTotal != time.Hour || v.TimeoutLeft != 30*time.Second) {
				t.Errorf("%v of %v left", v.TimeoutLeft, v.TimeoutTotal)
			}
		})
	}
}

// TestSnapshotOutOfPlace leaves out what the policy says has no place here.
func TestSnapshotOutOfPlace(t *testing.T) {
	r := newMasqueradingRig(t)
	r.passes(inside, nettest.UDP("10.1.0.5:5000", "1.1.1.1:53"))
	r.passes(inside, nettest.UDP("10.1.0.6:5001", "1.1.1.1:53"))
	known := everything
	known.Fits = func(rule uint32, original, reply *netstack.FlowKey, f Flags) (TermsID, bool) {
		return 0, rule == 107 && original.SrcPort == 5000 && reply.Dst == address("192.0.2.1") && f&SourceNAT != 0
	}
	after, result := restored(t, snapshotOf(t, r.Table, r.now), 10, 0, known)
	if v := after.only(); v.Original.SrcPort != 5000 || result.Count[OutOfPlace] != 1 {
		t.Errorf("%v, %v", v.Original, result.Count)
	}
}
