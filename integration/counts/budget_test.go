package counts

import (
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
)

// budgetFile has for each count what it was when it was last renewed.
const budgetFile = "budgets.json"

// margin is how much more it may be: less than what anybody adds on purpose, more
// than the compiler's moods.
const margin = 1.10

var budgets struct {
	sync.Mutex
	of map[string]float64
}

// within fails the test if a count is beyond its budget, or renews that. How many
// calls there are is an upper bound, and renewed only upwards: a busy machine makes
// fewer of them do.
func within(t *testing.T, name string, count float64) {
	t.Helper()
	budgets.Lock()
	defer budgets.Unlock()
	load(t)
	budget, known := budgets.of[name]
	t.Logf("%s: %.2f, budget %.2f", name, count, budget*margin)
	dearer := !known || count > budget*margin
	cheaper := count < budget/margin && strings.HasPrefix(name, "instructions")
	if os.Getenv("SALLYPORT_RENEW") != "" {
		if dearer || cheaper {
			budgets.of[name] = count
			store(t)
		}
		return
	}
	if dearer {
		t.Errorf("%s: %.2f, more than %.2f, which is the budget of %.2f and a tenth. If it has to be dearer, say why in the commit of:\n"+
			"SALLYPORT_RENEW=1 go test ./integration/counts", name, count, budget*margin, budget)
	}
	if cheaper {
		t.Logf("%s has become cheaper: renew the budget, so that it stays so", name)
	}
}

func load(t *testing.T) {
	t.Helper()
	if budgets.of != nil {
		return
	}
	text, err := os.ReadFile(budgetFile)
	if err == nil {
		err = json.Unmarshal(text, &budgets.of)
	}
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	if budgets.of == nil {
		budgets.of = make(map[string]float64)
	}
}

func store(t *testing.T) {
	t.Helper()
	text, err := json.MarshalIndent(budgets.of, "", "\t")
	if err == nil {
		err = os.WriteFile(budgetFile, append(text, '\n'), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestBudgetsAreUsed(t *testing.T) {
	budgets.Lock()
	defer budgets.Unlock()
	load(t)
	names := slices.Sorted(maps.Keys(budgets.of))
	want := slices.Sorted(slices.Values([]string{
		"instructions, established", "instructions, new-flow", "instructions, refused",
		"instructions, read a rule", "instructions, compile a rule", "instructions, lint a rule",
		"reads a lone packet", "writes a lone packet", "reads a packet of a burst", "writes a packet of a burst",
	}))
	if !slices.Equal(names, want) {
		t.Errorf("budgets of %q, want of %q", names, want)
	}
}

// need skips the test where it cannot run; where tests are required, that is a
// failure.
func need(t *testing.T, root bool, tools ...string) {
	t.Helper()
	skip := t.Skipf
	if os.Getenv("SALLYPORT_REQUIRE") != "" {
		skip = t.Fatalf
	}
	if root && os.Getuid() != 0 {
		skip("not root: network namespaces and TUN devices cannot be made")
	}
	for _, tool := range tools {
		if _, err := exec.LookPath(tool); err != nil {
			skip("%s is not installed: run integration/setup.sh", tool)
		}
	}
}

// build returns the path of a command built from this tree.
func build(t *testing.T, pkg string) string {
	t.Helper()
	path := t.TempDir() + "/command"
	c := exec.Command("go", "build", "-o", path, pkg)
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("go build %s: %v\n%s", pkg, err, out)
	}
	return path
}
