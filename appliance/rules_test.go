package appliance

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"sallyport/appliance/control"
	"sallyport/netstack/nettest"
)

// ofRules leaves out when it was.
var ofRules = cmpopts.IgnoreFields(control.Rule{}, "FirstHit", "LastHit")

// TestRulesCountOn goes through another policy and a restart: who keeps his name
// goes on counting, and so does who comes back.
func TestRulesCountOn(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state")
	o := newOffline(t, file, offlineConfig, "192.0.2.1")
	if err := o.takeUp(); err != nil {
		t.Fatal(err)
	}
	o.open(nettest.TCP("10.1.0.5:4000", "1.1.1.1:443", nettest.Flags("S")))
	o.open(nettest.UDP("10.1.0.6:5000", "1.1.1.1:53"))
	kept := `[state]
snapshot = "` + file + `"
[[rule]]
name   = "out"
from   = "inside"
action = "accept"
`
	o.load(parsed(t, kept), "192.0.2.1")
	o.open(nettest.UDP("10.1.0.6:5001", "1.1.1.1:53"))
	want := []control.Rule{{Number: 1, Name: "out", Action: "accept", Hits: 2, Sessions: 2, Live: 2, Note: ""}, {Name: "default", Action: "drop"}}
	if d := cmp.Diff(want, o.Rules()[:2], ofRules); d != "" {
		t.Error(d)
	}
	first := o.Rules()[0].FirstHit
	o.end()
	o = newOffline(t, file, kept, "192.0.2.1")
	if err := o.recount(); err != nil {
		t.Fatal(err)
	}
	o.load(o.settings(), "192.0.2.1")
	r := o.Rules()[0]
	if r.Hits != 2 || r.Sessions != 2 || r.FirstHit.Sub(first).Abs().Seconds() > 0.001 {
		t.Errorf("%+v, and the first hit was at %v", r, first)
	}
	o.load(parsed(t, strings.Replace(offlineConfig, "FILE", file, 1)), "192.0.2.1")
	if r := o.Rules()[0]; r.Name != "web" || r.Hits != 1 {
		t.Errorf("%+v", r)
	}
}

func TestCountersOfOthersAreNotRead(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state")
	for _, text := range []string{"{", `{"rules":{"web":{"hits":"many"}}}`} {
		if err := os.WriteFile(file+".counters", []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		o := newOffline(t, file, offlineConfig, "192.0.2.1")
		if err := o.recount(); err != nil || !slices.ContainsFunc(o.Rules(), func(r control.Rule) bool { return r.Name == "web" && r.Hits == 0 }) {
			t.Errorf("%s: %v, %+v", text, err, o.Rules())
		}
	}
}

func TestRulesNotes(t *testing.T) {
	o := newOffline(t, "", offlineConfig+`
[[rule]]
name = "late"
from = "inside"
service = ["http"]
action = "drop"
`, "192.0.2.1")
	r := o.Rules()
	if r[2].Note != "shadowed" || !slices.Equal(r[2].By, []string{"out"}) || r[0].Note != "redundant" {
		t.Errorf("%+v", r)
	}
}

func TestShares(t *testing.T) {
	r := shares([]control.Rule{{Bytes: 30}, {Bytes: 10}, {}})
	if r[0].Share != 0.75 || r[1].Share != 0.25 || r[2].Share != 0 || shares([]control.Rule{{}})[0].Share != 0 {
		t.Errorf("%+v", r)
	}
}
