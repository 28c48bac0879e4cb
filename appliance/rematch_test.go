package appliance

import (
	"slices"
	"strings"
	"testing"

	"sallyport/netstack/nettest"
)

// busy has a session of each rule of offlineConfig.
func busy(t *testing.T, rematch string) *offline {
	t.Helper()
	o := newOffline(t, "", "", "192.0.2.1")
	o.load(parsed(t, changed(rematch)), "192.0.2.1")
	o.open(nettest.TCP("10.1.0.5:4000", "1.1.1.1:443", nettest.Flags("S")))
	o.open(nettest.UDP("10.1.0.6:5000", "1.1.1.1:53"))
	return o
}

// changed is offlineConfig with this rematch and with text replaced.
func changed(rematch string, replace ...string) string {
	return strings.NewReplacer(append(replace, `snapshot = "FILE"`, `rematch = "`+rematch+`"`)...).Replace(offlineConfig)
}

// TestRematchWalk changes the policy or the address under sessions that have
// nothing to say.
func TestRematchWalk(t *testing.T) {
	both := []string{"web internet 10.1.0.5 192.0.2.1", "out internet 10.1.0.6 192.0.2.1"}
	noWeb := []string{`name   = "web"`, "name = \"no-web\"", `action = "accept"
service`, `action = "drop"
service`}
	for _, c := range []struct {
		name, rematch string
		replace       []string
		own           string
		left          []string
		says          string
	}{
		{"a rule before them", "kill", []string{`name   = "web"`, `name = "www"`}, "192.0.2.1",
			[]string{"www internet 10.1.0.5 192.0.2.1", both[1]}, `"stay":2`},
		{"refused", "kill", noWeb, "192.0.2.1", both[1:], `"ended_refused":1,"ended_address_gone":0,"stay":1`},
		{"refused and reported", "report", noWeb, "192.0.2.1", both, `"refused_by":"no-web"`},
		{"kept", "keep", noWeb, "192.0.2.1", both, ""},
		{"another address", "kill", nil, "192.0.2.7", nil, `"ended_address_gone":2`},
		{"another address, kept", "keep", nil, "192.0.2.7", both, ""},
		{"a translation has another name", "kill", []string{`"internet"`, `"world"`}, "192.0.2.1",
			[]string{"web world 10.1.0.5 192.0.2.1", "out world 10.1.0.6 192.0.2.1"}, `"stay":2`},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := busy(t, c.rematch)
			o.load(parsed(t, changed(c.rematch, c.replace...)), c.own)
			o.revise(t.Context())
			if got := o.flows(); !slices.Equal(got, c.left) {
				t.Errorf("left %q, want %q", got, c.left)
			}
			if !strings.Contains(o.log.String(), c.says) {
				t.Errorf("it does not say %s:\n%s", c.says, o.log)
			}
		})
	}
}

// TestNamesOfOldPoliciesAreBounded changes the policy many times under a
// session that it does not touch, and one that keeps the name of a rule that is
// gone.
func TestNamesOfOldPoliciesAreBounded(t *testing.T) {
	o := busy(t, "keep")
	for range 200 {
		o.load(parsed(t, changed("keep", `name   = "web"`, `name = "www"`)), "192.0.2.1")
		if len(o.rules.set) > maxNames {
			t.Fatalf("%d policies are kept", len(o.rules.set))
		}
		o.revise(t.Context())
	}
	if len(o.rules.set) != recentNames+1 {
		t.Errorf("%d policies are kept", len(o.rules.set))
	}
	want := []string{"web internet 10.1.0.5 192.0.2.1", "out internet 10.1.0.6 192.0.2.1"}
	if got := o.flows(); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestRestoredSessionsAreJudged starts with rules that keep their names and let
// less in.
func TestRestoredSessionsAreJudged(t *testing.T) {
	file := t.TempDir() + "/state"
	twoSessions(t, file)
	o := newOffline(t, file, strings.Replace(offlineConfig, `["https"]`, `["http"]
[[rule]]
name = "no"
service = ["https"]
action = "reject"`, 1), "192.0.2.1")
	o.takeUp()
	o.revise(t.Context())
	if got, want := o.flows(), []string{"out internet 10.1.0.6 192.0.2.1"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
