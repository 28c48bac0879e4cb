package explain

import (
	"net/netip"
	"testing"
	"time"

	"sallyport/appliance/enforce"
	"sallyport/conf"
	"sallyport/conf/goldentest"
	"sallyport/netstack"
	"sallyport/policy"
)

func load(t *testing.T, path string) *conf.Settings {
	t.Helper()
	s, err := conf.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// nobody knows an address of the box.
var nobody [netstack.Sides][]netip.Addr

func runTests(t *testing.T, path string) (tests int, faults conf.Errors) {
	t.Helper()
	s := load(t, path)
	box, assumed := Offline(s, nobody)
	faults, err := Test(s, &box, assumed, nil)
	if err != nil {
		t.Fatal(err)
	}
	return len(s.Tests), faults
}

func TestPolicyTestsPass(t *testing.T) {
	if n, faults := runTests(t, "testdata/pass.toml"); len(faults) > 0 || n < 12 {
		t.Errorf("of %d tests:\n%v", n, faults)
	}
}

// Each says at its place what happened instead, and who did it.
func TestPolicyTestsFail(t *testing.T) {
	n, faults := runTests(t, "testdata/fail.toml")
	if len(faults) != n {
		t.Errorf("%d of %d tests fail, want all", len(faults), n)
	}
	goldentest.Compare(t, "testdata/fail.golden", faults.Error()+"\n")
}

// The tests are those of one packet each: none sees another's session.
func TestPolicyTestsShareNothing(t *testing.T) {
	s := load(t, "testdata/pass.toml")
	syn, ack := s.Tests[0], s.Tests[4]
	s.Tests = []conf.Test{syn, ack, syn}
	box, assumed := Offline(s, nobody)
	if faults, err := Test(s, &box, assumed, nil); len(faults) > 0 || err != nil {
		t.Error(faults, err)
	}
}

// TestTestsAtTimes: without a time all rules hold, with one those of that time.
func TestTestsAtTimes(t *testing.T) {
	s, err := conf.Parse("f", []byte(`
[schedules.night]
zone  = "Europe/Berlin"
hours = ["22:00-06:00"]
[[rule]]
name     = "backup"
from     = "inside"
service  = ["rsync"]
action   = "accept"
schedule = "night"
[[test]]
from   = "inside"
packet = "10.1.0.5 -> 1.1.1.1 rsync"
expect = "accept by backup"
[[test]]
at     = 2026-11-20T22:00:00+01:00
from   = "inside"
packet = "10.1.0.5 -> 1.1.1.1 rsync"
expect = "accept by backup"
[[test]]
at     = 2026-11-20T12:00:00+01:00
from   = "inside"
packet = "10.1.0.5 -> 1.1.1.1 rsync"
expect = "drop by default"
`))
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []string{"2026-11-20T12:00:00+01:00", "2026-11-20T23:00:00+01:00"} {
		moment, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		now, _ := s.At(moment)
		box, assumed := Offline(now, [netstack.Sides][]netip.Addr{})
		compiled, err := enforce.Rules(now, &box)
		if err != nil {
			t.Fatal(err)
		}
		for _, rules := range []*policy.RuleSet{nil, compiled} {
			if faults, err := Test(now, &box, assumed, rules); err != nil || len(faults) > 0 {
				t.Errorf("run at %s, compiled %v: %v, %v", at, rules != nil, faults, err)
			}
		}
	}
}
