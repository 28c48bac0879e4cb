package integration

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"sallyport/appliance/lab"
)

// sound starts every bad configuration: what follows is wrong, not this. It is
// four lines long.
const sound = `[inside]
interface = "eth0"
[outside]
interface = "eth1"
`

// badConfigs are twenty ways to get it wrong, and the line, counted after the
// sound part, that is to be blamed.
var badConfigs = []struct {
	name, text string
	line       int
}{
	{"syntax", "[[rule]\n", 1},
	{"unterminated string", "[log]\nlevel = \"info\n", 2},
	{"same key twice", "[tun]\ndriver = \"vnet\"\ndriver = \"water\"\n", 3},
	{"unknown table", "[firewall]\non = true\n", 1},
	{"unknown key", "[tun]\ndriwer = \"vnet\"\n", 2},
	{"unknown key of a rule", "[[rule]]\nname = \"a\"\nfrom = \"inside\"\nto = \"outside\"\nactoin = \"accept\"\n", 5},
	{"unknown driver", "[tun]\ndriver = \"tap\"\n", 2},
	{"number for a word", "[tun]\ndriver = 7\n", 2},
	{"queues out of range", "[tun]\nqueues = -1\n", 2},
	{"no action", "[[rule]]\nname = \"a\"\nfrom = \"inside\"\nto = \"outside\"\n", 1},
	{"unknown action", rule(`action = "permit"`), 5},
	{"unknown side", "[[rule]]\nname = \"a\"\nfrom = \"lan\"\nto = \"outside\"\naction = \"accept\"\n", 3},
	{"bad address", rule(`source = ["10.1.0.300"]`, `action = "accept"`), 5},
	{"prefix too long", rule(`source = ["10.1.0.0/33"]`, `action = "accept"`), 5},
	{"undefined object", rule(`destination = ["mirrors"]`, `action = "accept"`), 5},
	{"bad service", rule(`service = ["tcp/http"]`, `action = "accept"`), 5},
	{"port range backwards", rule(`service = ["tcp/90-80"]`, `action = "accept"`), 5},
	{"in the second rule", rule(`action = "accept"`) + "\n" + strings.Replace(rule(`action = "acept"`), `"a"`, `"b"`, 1), 11},
	{"bad duration", "[state.timeouts]\ntcp_established = \"two hours\"\n", 2},
	{"unknown timeout", "[state.timeouts]\ntcp_forever = \"1h\"\n", 2},
	{"unknown translation", "[[nat]]\nname = \"n\"\ntype = \"pat\"\nfrom = \"inside\"\nto = \"outside\"\n", 3},
	{"dnat to nowhere", "[[nat]]\nname = \"n\"\ntype = \"dnat\"\nfrom = \"outside\"\nservice = [\"tcp/80\"]\n", 1},
	{"number for a path", "[control]\nsocket = 5\n", 2},
}

// rule is a rule from inside to outside with its fifth line and on given.
func rule(more ...string) string {
	return "[[rule]]\nname = \"a\"\nfrom = \"inside\"\nto = \"outside\"\n" + strings.Join(more, "\n") + "\n"
}

// TestBadConfigurationChangesNothing wants every one to be refused with its
// place and exit code 2, by check and by run, which has touched nothing.
func TestBadConfigurationChangesNothing(t *testing.T) {
	need(t, "ip")
	l := newLab(t, lab.Config{})
	before := networkState(t, l.Firewall)
	for _, c := range badConfigs {
		t.Run(c.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "bad.toml")
			if err := os.WriteFile(file, []byte(sound+c.text), 0o644); err != nil {
				t.Fatal(err)
			}
			place := regexp.MustCompile(fmt.Sprintf(`(?m)^(\S*: )?%s:%d:\d+: .`, regexp.QuoteMeta(file), strings.Count(sound, "\n")+c.line))
			for _, args := range [][]string{{"check", file}, {"run", "--config", file, "--socket", socket(l)}} {
				cmd := l.Firewall.Command(sallyport(t), args...)
				cmd.Env = cleanEnv()
				stop := time.AfterFunc(patience, cmd.Kill)
				out, err := cmd.CombinedOutput()
				stop.Stop()
				if exitCode(err) != 2 || !place.Match(out) {
					t.Errorf("%s: %v, want exit code 2; said %q, want %q", args[0], err, out, place)
				}
			}
		})
	}
	wantState(t, l.Firewall, before)
}
