package integration

import (
	"testing"
	"time"

	"sallyport/appliance/lab"
)

// TestRuleEndsAtItsTime has a rule that refuses what a later one accepts, until
// some seconds from now: then it is off, in one step like any other change, and
// what it never touched goes on.
func TestRuleEndsAtItsTime(t *testing.T) {
	need(t, "curl")
	l := newLab(t, lab.Config{})
	serveWeb(t, l.Outside, 443)
	end := time.Now().Add(4 * time.Second).Truncate(time.Second)
	w := startEdited(t, l, closing+"until = "+end.Format(time.RFC3339)+"\n"+open("auto"))
	d := startDuplex(t, l.Inside, l.Outside, l.Outside.IPv4(), duplexPort, 2*time.Second)
	to := url(l.Outside.IPv4(), 443, "/")
	if code := curlCode(l.Inside, to); code != curlRefused && time.Now().Before(end) {
		t.Errorf("curl ended with %d while the rule holds, want %d", code, curlRefused)
	}
	eventually(t, "the rule ends", func() bool { return curlCode(l.Inside, to) == 0 })
	if time.Now().Before(end) {
		t.Error("it has ended before its time")
	}
	if g := w.generation(); g != 2 {
		t.Errorf("generation %d, want the second", g)
	}
	type rule struct {
		Name string
		Off  bool
	}
	for _, r := range lines[rule](w.firewall, "rules") {
		if r.Off != (r.Name == "closed") {
			t.Errorf("rule %s is off: %v", r.Name, r.Off)
		}
	}
	if err := d.wait(); err != nil {
		t.Error(err)
	}
}
