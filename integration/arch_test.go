package integration

import (
	"encoding/json"
	"errors"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// arrows are the areas that each area may import, beside itself. Imports point
// one way.
var arrows = map[string][]string{
	"cmd":         {"appliance", "conf"},
	"appliance":   {"conf", "policy", "state", "netstack"},
	"conf":        {"policy", "state", "netstack"},
	"policy":      {"netstack"},
	"state":       {"netstack"},
	"netstack":    {},
	"integration": {"cmd", "appliance", "conf", "policy", "state", "netstack"},
}

// unwanted are libraries that an area must not depend on, however far, and why.
var unwanted = []struct{ area, library, why string }{
	{"netstack", "github.com/rs/zerolog", "the packet path does not log"},
	{"policy", "github.com/rs/zerolog", "the packet path does not log"},
	{"state", "github.com/rs/zerolog", "the packet path does not log"},
	{"conf", "github.com/rs/zerolog", "conf returns errors; the caller says them"},
	{"policy", "net/http", "the rule set is pure"},
	{"state", "net/http", "the session table is pure"},
	{"conf", "github.com/vishvananda/netlink", "interfaces and routes are appliance/plumbing's"},
	{"appliance", "testing", "test code does not ship"},
	{"cmd", "testing", "test code does not ship"},
}

// listed is a package as `go list` describes it, with its compiled files only.
type listed struct {
	ImportPath, Dir string
	GoFiles         []string
	Imports, Deps   []string
}

func (p listed) area() string {
	area, _, _ := strings.Cut(strings.TrimPrefix(p.ImportPath, "sallyport/"), "/")
	return area
}

// isTestSupport reports whether a package exists for tests alone, as
// netstack/nettest does.
func (p listed) isTestSupport() bool { return strings.HasSuffix(p.ImportPath, "test") }

func packages(t *testing.T) (all []listed) {
	t.Helper()
	out, err := exec.Command("go", "list", "-pgo=off", "-json=ImportPath,Dir,GoFiles,Imports,Deps", "sallyport/...").Output()
	if err != nil {
		t.Fatal("go list:", err)
	}
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

func TestImportsPointOneWay(t *testing.T) {
	for _, p := range packages(t) {
		allowed, known := arrows[p.area()]
		if !known {
			t.Errorf("%s is in no known area of the house", p.ImportPath)
		}
		for _, imported := range p.Imports {
			if !strings.HasPrefix(imported, "sallyport/") {
				continue
			}
			to := listed{ImportPath: imported}
			if to.area() != p.area() && !slices.Contains(allowed, to.area()) {
				t.Errorf("%s imports %s: %s may import only %v", p.ImportPath, imported, p.area(), allowed)
			}
			if to.isTestSupport() && !p.isTestSupport() {
				t.Errorf("%s imports %s: test support does not ship", p.ImportPath, imported)
			}
		}
	}
}

func TestUnwantedLibraries(t *testing.T) {
	for _, p := range packages(t) {
		for _, u := range unwanted {
			if p.area() == u.area && !p.isTestSupport() && slices.Contains(p.Deps, u.library) {
				t.Errorf("%s depends on %s: %s", p.ImportPath, u.library, u.why)
			}
		}
	}
}

func TestEveryPackageHasOneDocComment(t *testing.T) {
	for _, p := range packages(t) {
		var documented []string
		for _, name := range p.GoFiles {
			f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, name), nil, parser.PackageClauseOnly|parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			if f.Doc != nil {
				documented = append(documented, name)
			}
		}
		if len(documented) != 1 {
			t.Errorf("%s has %d package comments %v, want one", p.ImportPath, len(documented), documented)
		}
	}
}
