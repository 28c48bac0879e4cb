package appliance

import (
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"sallyport/conf"
)

// TestRulesAtTheirTimes follows a configuration over its times as keepTime does:
// it is made anew when a rule begins or ends to hold, and when the clock is set
// back, and never else; the box's own services follow.
func TestRulesAtTheirTimes(t *testing.T) {
	s, err := conf.Parse("f", []byte(`
[schedules.work]
zone  = "Europe/Berlin"
hours = ["08:00-18:00"]
[[rule]]
name     = "ssh"
from     = "inside"
to       = "self"
service  = ["ssh"]
action   = "accept"
schedule = "work"
[[rule]]
name     = "night"
action   = "accept"
schedule = "!work"
[[rule]]
name     = "audit"
action   = "accept"
until    = 2026-11-20T12:00:00Z
`))
	if err != nil {
		t.Fatal(err)
	}
	a := New(s, Source{}, zerolog.Nop(), "")
	var got []string
	made := 0
	at := time.Date(2026, 11, 20, 5, 0, 0, 0, time.UTC)
	set := a.holding(s, at)
	a.inForce.Store(&set)
	look := func() {
		if was := a.inForce.Load(); was.outdated(at) {
			made++
			now := a.holding(s, at)
			if words := turned(was.settings, now.settings); len(words) > 0 {
				got = append(got, at.Format("15:04 ")+strings.Join(words, " "))
			} else if now.settings != was.settings {
				t.Errorf("at %v: other settings that say the same", at)
			}
			if open := len(selfServices(now.settings.Policy.Rules[:1], 0)) > 0; open == now.settings.Policy.Rules[0].Off {
				t.Errorf("at %v: ssh is open: %v", at, open)
			}
			a.inForce.Store(&now)
		}
	}
	for range 24 * 60 {
		look()
		at = at.Add(time.Minute)
	}
	at = time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	look() // the clock was set back
	want := "07:00 +ssh -night; 12:00 -audit; 17:00 -ssh +night; 10:00 +ssh -night +audit"
	if words := strings.Join(got, "; "); words != want {
		t.Errorf("%s, want %s", words, want)
	}
	if made > 8 {
		t.Errorf("made %d times", made)
	}
}
