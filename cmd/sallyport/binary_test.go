package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"sallyport/appliance/control/controltest"
)

// binary is the program, built once.
var binary string

func TestMain(m *testing.M) {
	if os.Getenv("SALLYPORT_TEST_SIGNALS") != "" {
		awaitSignals()
	}
	os.Exit(withBinary(m))
}

func withBinary(m *testing.M) int {
	dir, err := os.MkdirTemp("", "sallyport-cmd-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	binary = filepath.Join(dir, "sallyport")
	if out, err := exec.Command("go", "build", "-ldflags", "-X main.version=1.2.3", "-o", binary, ".").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "go build: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// runBinary runs it with nothing in the environment but env.
func runBinary(t *testing.T, env []string, args ...string) invocation {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), binary, args...)
	var out, complaint bytes.Buffer
	cmd.Env, cmd.Stdout, cmd.Stderr = append(env, "HOME=/nonexistent"), &out, &complaint
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return invocation{out.String(), complaint.String(), cmd.ProcessState.ExitCode()}
}

func TestExitCodes(t *testing.T) {
	dir := t.TempDir()
	none := dir + "/none"
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := write("good.toml", "[[rule]]\nname = \"a\"\nfrom = \"inside\"\naction = \"accept\"\n")
	odd := write("odd.toml", "[[rule]]\nname = \"a\"\naction = \"accept\"\n")
	bad := write("bad.toml", "[tun]\ndriver = \"fast\"\nqueues = \"many\"\n")
	socket := controltest.Serve(t, controltest.New())
	for _, c := range []struct {
		args string
		code int
		out  string // part of it
		err  string // all of it
	}{
		{"status --socket " + socket, 0, "ready", ""},
		{"sessions --socket " + socket + " tcp or udp", 0, "established", ""},
		{"version", 0, "sallyport 1.2.3 ", ""},
		{"", 0, "Available Commands", ""},
		{"completion bash", 0, "__start_sallyport", ""},
		{"check " + good, 0, good + ": ok, 1 rule, 0 translations\n", ""},
		{"check --strict " + good, 0, good + ": ok, 1 rule, 0 translations\n", ""},
		{"check " + odd, 0, odd + ": ok, 1 rule, 0 translations\n", odd + ":2:8: warning: lets everything in from outside"},
		{"check --strict " + odd, 2, "", odd + ":2:8: warning: lets everything in from outside"},

		{"stat", 2, "", `sallyport: unknown command "stat" for "sallyport"; did you mean status nat stats (see "sallyport help")`},
		{"status now", 2, "", `sallyport: unknown command "now" for "sallyport status" (see "sallyport help")`},
		{"status --jsn", 2, "", `sallyport: unknown flag: --jsn (see "sallyport help")`},
		{"check", 2, "", `sallyport: wants a configuration file: sallyport check FILE (see "sallyport help")`},
		{"check " + none, 2, "", "sallyport: " + none + ": no such file or directory"},
		{"run", 2, "", "sallyport: nothing says which networks to stand between; give --inside IF --outside IF, or --config FILE"},
		{"run --inside eth0", 2, "", "sallyport: nothing says which networks to stand between; give --inside IF --outside IF, or --config FILE"},
		{"run --config x --inside eth0", 2, "", "sallyport: --config and --inside, --outside, --gateway exclude one another: the file names the interfaces"},
		{"run --config x --gateway 10.1.0.1", 2, "", "sallyport: --config and --inside, --outside, --gateway exclude one another: the file names the interfaces"},
		{"run --inside 10.1.0.0/24 --outside b --gateway 10.2.0.1", 2, "", "sallyport: --gateway 10.2.0.1: gateway 10.2.0.1 is in none of the side's networks: [10.1.0.0/24]"},
		{"run --inside 10.1.0.0/24 --outside b --gateway 10.1.0.1,10.1.0.2", 2, "", "sallyport: --gateway 10.1.0.2: a second gateway of the same family"},
		{"doctor --config x --inside eth0", 2, "", "sallyport: --config and --inside, --outside, --gateway exclude one another: the file names the interfaces"},
		{"run --config " + none, 2, "", "sallyport: " + none + ": no such file or directory"},
		{"run --inside a --outside b --driver fast", 2, "", `sallyport: --driver "fast" is none of auto, vnet, wireguard, water`},
		{"run --inside a --outside b --log-level loud", 2, "", `sallyport: --log-level "loud" is none of debug, info, warn, error`},
		{"sessions sorce 1.2.3.4", 2, "", `sallyport: filter, column 1: "sorce" is not a term`},
		{"sessions kill", 2, "", `sallyport: wants a filter that says which sessions; "all" is every one (see "sallyport help")`},

		{"reload --socket " + socket, 2, "", "/etc/sallyport.toml:7:12: unknown service \"htps\"; did you mean \"https\"?\n/etc/sallyport.toml:12:1: action is missing"},
		{"reload --yes --socket " + socket, 0, "reloaded in 8ms: /etc/sallyport.toml, 12 rules, generation 3\n", ""},

		{"status --socket " + none, 3, "", "sallyport is not running: nobody answers on " + none + `; start it with "sallyport run", or name its socket with --socket`},
		{"sessions kill all --json --socket " + none, 3, "", "sallyport is not running: nobody answers on " + none + `; start it with "sallyport run", or name its socket with --socket`},

		{"run --inside a --outside b --socket " + socket, 1, "", fmt.Sprintf("sallyport: one is already running, pid 17, on %s; stop it first: kill 17", socket)},
	} {
		t.Run(c.args, func(t *testing.T) {
			got := runBinary(t, nil, strings.Fields(c.args)...)
			if got.code != c.code || !strings.Contains(got.out, c.out) || strings.TrimSuffix(got.err, "\n") != c.err {
				t.Errorf("exit %d\nout: %s\nerr: %s", got.code, got.out, got.err)
			}
			if c.code != 0 && got.out != "" {
				t.Errorf("a failure wrote to standard output: %s", got.out)
			}
		})
	}
	t.Run("check bad", func(t *testing.T) {
		got := runBinary(t, nil, "check", bad)
		lines := strings.Split(strings.TrimSpace(got.err), "\n")
		if got.code != 2 || len(lines) != 2 || !strings.HasPrefix(lines[0], bad+":2:10: ") || !strings.HasPrefix(lines[1], bad+":3:10: ") {
			t.Errorf("exit %d: %s", got.code, got.err)
		}
	})
}

func TestEnvironment(t *testing.T) {
	socket := controltest.Serve(t, controltest.New())
	for _, c := range []struct {
		env  []string
		args string
		code int
		says string
	}{
		{[]string{"SALLYPORT_SOCKET=" + socket}, "status", 0, "ready"},
		{[]string{"SALLYPORT_SOCKET=" + socket, "SALLYPORT_JSON=true"}, "stats", 0, `{"reason":"passed"`},
		{[]string{"SALLYPORT_SOCKET=" + socket, "SALLYPORT_LIMIT=1"}, "sessions", 0, "10.1.0.5:40000"},
		{[]string{"SALLYPORT_SOCKET=/nonexistent"}, "status --socket " + socket, 0, "ready"}, // the flag wins
		{[]string{"SALLYPORT_SOCKET=/nonexistent"}, "status", 3, "/nonexistent"},
		{[]string{"SALLYPORT_SOCKET=" + socket, "SALLYPORT_JSON="}, "status", 0, "ready"}, // empty is none
		{[]string{"SALLYPORT_JSON=perhaps"}, "status", 2, `SALLYPORT_JSON="perhaps"`},
		{[]string{"SALLYPORT_INSIDE=eth0", "SALLYPORT_LOG_LEVEL=loud"}, "run", 2, `--log-level "loud"`},
		{[]string{"SALLYPORT_HELP=true", "SALLYPORT_SOCKET=" + socket}, "status", 0, "ready"},
	} {
		got := runBinary(t, c.env, strings.Fields(c.args)...)
		if got.code != c.code || !strings.Contains(got.out+got.err, c.says) {
			t.Errorf("%q %s: exit %d\n%s%s", c.env, c.args, got.code, got.out, got.err)
		}
	}
}

// Without privilege, without a device and without a network, check works.
func TestCheckNeedsNothing(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root, to give privileges up")
	}
	dir := t.TempDir()
	for _, path := range []string{dir, filepath.Dir(dir), filepath.Dir(binary)} {
		if err := os.Chmod(path, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, "good.toml")
	if err := os.WriteFile(path, []byte("[[rule]]\nname = \"a\"\naction = \"drop\"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), binary, "check", path)
	cmd.SysProcAttr = nobody()
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), ": ok, 1 rule") {
		t.Errorf("%v: %s", err, out)
	}
}
