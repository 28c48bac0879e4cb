package conf

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

const timed = `
[schedules.work]
zone  = "Europe/Berlin"
days  = ["mon-fri"]
hours = ["08:00-18:00"]
[schedules.may]
zone  = "Europe/Berlin"
dates = ["05-01"]
[[rule]]
name     = "work"
action   = "accept"
schedule = "work"
[[rule]]
name     = "off"
action   = "accept"
schedule = "!work"
[[rule]]
name     = "either"
action   = "accept"
schedule = ["work", "may"]
[[rule]]
name     = "but"
action   = "accept"
schedule = ["work", "!may"]
until    = 2026-06-01T00:00:00+02:00
[[rule]]
name   = "always"
action = "accept"
`

func TestAt(t *testing.T) {
	s, err := Parse("f", []byte(timed))
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[string]string{
		"2026-04-30T07:59:59+02:00": "off always", // a Thursday
		"2026-04-30T08:00:00+02:00": "work either but always",
		"2026-04-30T18:00:00+02:00": "off always",
		"2026-05-01T07:00:00+02:00": "off either always",
		"2026-05-01T12:00:00+02:00": "work either always",
		"2026-05-02T12:00:00+02:00": "off always",
		"2026-05-31T23:59:59+02:00": "off always",
		"2026-06-01T12:00:00+02:00": "work either always", // a Monday, and the time of but is over
	} {
		if got := holdAt(t, s, at); got != want {
			t.Errorf("at %s: %s, want %s", at, got, want)
		}
	}
	if got := on(s) + ", " + on(s.Always()); got != "work off either but always, work off either but always" {
		t.Errorf("as read, and always: %s", got)
	}
	if len(s.Whens) != 4 {
		t.Errorf("%d different times", len(s.Whens))
	}
}

func holdAt(t *testing.T, s *Settings, at string) string {
	t.Helper()
	moment, err := time.Parse(time.RFC3339, at)
	if err != nil {
		t.Fatal(err)
	}
	now, _ := s.At(moment)
	return on(now)
}

// on are the rules that hold.
func on(s *Settings) string {
	var names []string
	for _, r := range s.Policy.Rules {
		if !r.Off {
			names = append(names, r.Name)
		}
	}
	return strings.Join(names, " ")
}

// TestAtUntil: nothing changes before the time that At names.
func TestAtUntil(t *testing.T) {
	s, err := Parse("f", []byte(timed))
	if err != nil {
		t.Fatal(err)
	}
	d, at := rand.New(rand.NewPCG(1, 1)), time.Date(2026, 4, 20, 0, 0, 0, 0, time.UTC)
	for range 200 {
		_, until := s.At(at)
		if !until.After(at) {
			t.Fatalf("at %v until %v", at, until)
		}
		for range 5 {
			between := at.Add(time.Duration(d.Int64N(int64(until.Sub(at)))))
			if a, b := holdAt(t, s, at.Format(time.RFC3339Nano)), holdAt(t, s, between.Format(time.RFC3339Nano)); a != b {
				t.Fatalf("%s at %v, and %s at %v, before %v", a, at, b, between, until)
			}
		}
		at = until
	}
}

// TestAtForEver: what no time changes is not asked for again.
func TestAtForEver(t *testing.T) {
	s, err := Parse("f", []byte("[[rule]]\nname = \"r\"\naction = \"drop\"\nuntil = 2026-12-31T18:00:00Z\n[[rule]]\nname = \"s\"\naction = \"drop\""))
	if err != nil {
		t.Fatal(err)
	}
	end := time.Date(2026, 12, 31, 18, 0, 0, 0, time.UTC)
	if _, until := s.At(end.Add(-time.Hour)); !until.Equal(end) {
		t.Errorf("before: until %v", until)
	}
	if _, until := s.At(end); !until.IsZero() {
		t.Errorf("after: until %v", until)
	}
}
