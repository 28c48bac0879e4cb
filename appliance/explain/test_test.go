package explain

import (
	"flag"
	"net/netip"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sallyport/conf"
	"sallyport/netstack"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); d != "" {
		t.Errorf("%s (-want +got):\n%s", path, d)
	}
}

func load(t *testing.T, path string) *conf.Settings {
	t.Helper()
	s, err := conf.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// nobody knows an address of the box.
var nobody [netstack.Sides][]netip.Addr

func runTests(t *testing.T, path string) (tests int, faults conf.Errors) {
	t.Helper()
	s := load(t, path)
	box, assumed := Offline(s, nobody)
	faults, err := Test(s, &box, assumed)
	if err != nil {
		t.Fatal(err)
	}
	return len(s.Tests), faults
}

func TestPolicyTestsPass(t *testing.T) {
	if n, faults := runTests(t, "testdata/pass.toml"); len(faults) > 0 || n < 12 {
		t.Errorf("of %d tests:\n%v", n, faults)
	}
}

// Each says at its place what happened instead, and who did it.
func TestPolicyTestsFail(t *testing.T) {
	n, faults := runTests(t, "testdata/fail.toml")
	if len(faults) != n {
		t.Errorf("%d of %d tests fail, want all", len(faults), n)
	}
	golden(t, "testdata/fail.golden", faults.Error()+"\n")
}

// The tests are those of one packet each: none sees another's session.
func TestPolicyTestsShareNothing(t *testing.T) {
	s := load(t, "testdata/pass.toml")
	syn, ack := s.Tests[0], s.Tests[4]
	s.Tests = []conf.Test{syn, ack, syn}
	box, assumed := Offline(s, nobody)
	if faults, err := Test(s, &box, assumed); len(faults) > 0 || err != nil {
		t.Error(faults, err)
	}
}
