package main

import (
	"bytes"
	"path/filepath"
	"testing"

	"sallyport/appliance/control/controltest"
	"sallyport/conf/goldentest"
)

// invocation is what a command wrote, and its exit code.
type invocation struct {
	out, err string
	code     int
}

// invoke runs a command in this process, at controltest.Noon and away from any
// terminal and environment; more changes the surroundings.
func invoke(t *testing.T, args []string, more ...func(*cli)) invocation {
	t.Helper()
	var out, err bytes.Buffer
	c := newCLI()
	c.out, c.err, c.width, c.color = &out, &err, 0, false
	c.now = controltest.Now
	c.getenv = func(string) string { return "" }
	for _, change := range more {
		change(c)
	}
	code := c.main(t.Context(), args)
	return invocation{out.String(), err.String(), code}
}

// golden compares with testdata/name.golden.
func golden(t *testing.T, name, got string) {
	t.Helper()
	goldentest.Compare(t, filepath.Join("testdata", name+".golden"), got)
}

func TestGolden(t *testing.T) {
	socket := controltest.Serve(t, controltest.New())
	wide := func(c *cli) { c.width = 200 }
	narrow := func(c *cli) { c.width = 100 }
	colored := func(c *cli) { c.width, c.color = 200, true }
	for _, g := range []struct {
		name string
		args []string
		more []func(*cli)
	}{
		{"status", []string{"status"}, nil},
		{"status.json", []string{"status", "--json"}, nil},
		{"status.color", []string{"status"}, []func(*cli){colored}},
		{"sessions", []string{"sessions"}, nil},
		{"sessions.json", []string{"sessions", "--json"}, nil},
		{"sessions.wide", []string{"sessions"}, []func(*cli){wide}},
		{"sessions.narrow", []string{"sessions"}, []func(*cli){narrow}},
		{"sessions.filter", []string{"sessions", "src", "10.1.0.5", "and", "dport", "443", "and", "state", "established"}, nil},
		{"sessions.rule", []string{"sessions", "rule", "mail in"}, nil},
		{"sessions.none", []string{"sessions", "sctp"}, nil},
		{"sessions.limit", []string{"sessions", "--limit", "2"}, nil},
		{"reload", []string{"reload", "--yes"}, nil},
		{"commit", []string{"commit"}, nil},
		{"commit.confirm", []string{"commit", "--confirm", "2m", "--comment", "let the lan print"}, nil},
		{"commit.json", []string{"commit", "--confirm", "90s", "--json"}, nil},
		{"confirm", []string{"confirm"}, nil},
		{"history", []string{"history"}, nil},
		{"history.json", []string{"history", "--json"}, nil},
		{"history.show", []string{"history", "show", "1"}, nil},
		{"diff", []string{"diff"}, nil},
		{"diff.json", []string{"diff", "--json"}, nil},
		{"reload.json", []string{"reload", "--yes", "--json"}, nil},
		{"stats", []string{"stats"}, nil},
		{"stats.asymmetric", []string{"stats", "asymmetric"}, nil},
		{"stats.asymmetric.json", []string{"stats", "asymmetric", "--json"}, nil},
		{"stats.all", []string{"stats", "--all"}, nil},
		{"stats.json", []string{"stats", "--json"}, nil},
		{"rules", []string{"rules"}, nil},
		{"rules.json", []string{"rules", "--json"}, nil},
		{"nat", []string{"nat"}, []func(*cli){wide}},
		{"nat.filter", []string{"nat", "udp", "and", "reply", "dport", "3074"}, nil},
		{"nat.json", []string{"nat", "--json"}, nil},
		{"nat.addresses", []string{"nat", "addresses"}, nil},
		{"nat.addresses.json", []string{"nat", "addresses", "--json"}, nil},
		{"fragments", []string{"fragments"}, []func(*cli){wide}},
		{"fragments.json", []string{"fragments", "--json"}, nil},
		{"timeouts", []string{"timeouts"}, nil},
		{"timeouts.json", []string{"timeouts", "--json"}, nil},
	} {
		t.Run(g.name, func(t *testing.T) {
			got := invoke(t, append(g.args, "--socket", socket), g.more...)
			if got.code != exitFine || got.err != "" {
				t.Errorf("exit %d: %s", got.code, got.err)
			}
			golden(t, g.name, got.out)
		})
	}
}

func TestKill(t *testing.T) {
	b := controltest.New()
	socket := controltest.Serve(t, b)
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"rule", "mail in"}, "1 session ended\n"},
		{[]string{"rule", "mail in"}, "0 sessions ended\n"},
		{[]string{"--json", "tcp"}, "{\"killed\":1}\n"},
		{[]string{"all"}, "2 sessions ended\n"},
	} {
		got := invoke(t, append([]string{"sessions", "kill", "--socket", socket}, c.args...))
		if got.out != c.says || got.code != exitFine {
			t.Errorf("kill %q: exit %d, %q %q, want %q", c.args, got.code, got.out, got.err, c.says)
		}
	}
	if len(b.Table) != 0 {
		t.Errorf("left: %+v", b.Table)
	}
}
