package integration

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"sallyport/appliance/lab"
)

// edited is a firewall whose configuration file the test writes to.
type edited struct {
	*firewall
	file string
}

func startEdited(t *testing.T, l *lab.Lab, config string) *edited {
	t.Helper()
	file := writeConfig(t, config)
	return &edited{startFirewallWith(t, l, nil, "--config", file), file}
}

func (e *edited) write(text string) {
	e.t.Helper()
	if err := os.WriteFile(e.file, []byte(text), 0o644); err != nil {
		e.t.Fatal(err)
	}
}

// reload writes a configuration and has it read.
func (e *edited) reload(text string) {
	e.t.Helper()
	e.write(text)
	if code, said := e.tell("reload"); code != 0 {
		e.t.Fatalf("reload: exit %d: %s", code, said)
	}
}

// tell runs a command, and returns its exit code and what it complained.
func (f *firewall) tell(args ...string) (int, string) {
	var said bytes.Buffer
	cmd := exec.Command(sallyport(f.t), append(args, "--socket", f.socket)...)
	cmd.Env, cmd.Stderr = cleanEnv(), &said
	return exitCode(cmd.Run()), said.String()
}

func (f *firewall) generation() (n uint32) {
	f.t.Helper()
	var status struct{ Policy struct{ Generation uint32 } }
	out, err := f.ask("status", "--json")
	if err == nil {
		err = json.Unmarshal(out, &status)
	}
	if err != nil {
		f.t.Fatal(err)
	}
	return status.Policy.Generation
}

// hits returns what each rule has decided.
func (f *firewall) hits() map[string]uint64 {
	f.t.Helper()
	hits := map[string]uint64{}
	type rule struct {
		Name string
		Hits uint64
	}
	for _, r := range lines[rule](f, "rules") {
		hits[r.Name] = r.Hits
	}
	return hits
}

const closing = `
[[rule]]
name    = "closed"
from    = "inside"
to      = "outside"
service = ["tcp/443"]
action  = "reject"
`

// TestReload puts another policy in force while a transfer runs: what is new
// holds at once, the transfer and its counters go on; by command and by signal.
func TestReload(t *testing.T) {
	need(t, "curl")
	l := newLab(t, lab.Config{})
	serveWeb(t, l.Outside, 443)
	config := open("auto")
	w := startEdited(t, l, config)
	d := startDuplex(t, l.Inside, l.Outside, l.Outside.IPv4(), duplexPort, 2*time.Second)
	to := url(l.Outside.IPv4(), 443, "/")
	if _, err := curl(l.Inside, to); err != nil {
		t.Fatal(err)
	}
	before := w.hits()["out"]
	w.reload(closing + config)
	if code := curlCode(l.Inside, to); code != curlRefused {
		t.Errorf("curl ended with %d under the new policy, want %d", code, curlRefused)
	}
	if got := w.hits(); got["out"] != before || got["closed"] == 0 || before == 0 {
		t.Errorf("hits %v, and out had %d before", got, before)
	}
	w.write(config)
	if err := w.cmd.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the signal is heeded", func() bool { return w.generation() == 3 })
	if _, err := curl(l.Inside, to); err != nil {
		t.Error(err)
	}
	if err := d.wait(); err != nil {
		t.Error(err)
	}
}

// TestReloadRefused wants exit code 2 and every fault with its place, or every
// setting that needs a restart with its own, and nothing changed.
func TestReloadRefused(t *testing.T) {
	need(t, "curl")
	l := newLab(t, lab.Config{})
	serveWeb(t, l.Outside, webPort)
	config := open("auto")
	w := startEdited(t, l, config)
	for name, c := range map[string]struct {
		text string
		says []string
	}{
		"two faults": {config + "[[rule]]\nname = \"x\"\naction = \"permit\"\nto = \"nowhere\"\n",
			[]string{w.file + ":", `unknown "permit"`, `unknown "nowhere"`}},
		"other devices": {strings.Replace(config, `driver = "auto"`, `driver = "water"`, 1) + "[state]\nmax_sessions = 77\n",
			[]string{w.file + ":", `tun.driver: "auto" -> "water"`, "state.max_sessions: 262144 -> 77", "restart"}},
		"another interface": {strings.Replace(config, `"eth1"`, `"eth7"`, 1), []string{`outside.interface: "eth1" -> "eth7"`}},
	} {
		t.Run(name, func(t *testing.T) {
			w.write(c.text)
			code, said := w.tell("reload")
			if code != 2 {
				t.Errorf("exit %d, want 2", code)
			}
			for _, s := range c.says {
				if !strings.Contains(said, s) {
					t.Errorf("it does not say %q: %s", s, said)
				}
			}
			if g := w.generation(); g != 1 {
				t.Errorf("generation %d", g)
			}
			if _, err := curl(l.Inside, url(l.Outside.IPv4(), webPort, "/")); err != nil {
				t.Error(err)
			}
		})
	}
}
