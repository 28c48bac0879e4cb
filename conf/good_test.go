package conf

import (
	"net/netip"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sallyport/conf/goldentest"
	"sallyport/netstack"
	"sallyport/policy"
)

// TestGood compares what each file under testdata/good means, and compiles its
// policy.
func TestGood(t *testing.T) {
	eachFile(t, "testdata/good/*.toml", 5, func(t *testing.T, path string) string {
		s, err := Load(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := policy.Compile(s.Policy, box()); err != nil {
			t.Error("the policy does not compile:", err)
		}
		return summary(s)
	})
}

func box() (t policy.Topology) {
	t.Sides[netstack.Inside] = policy.SideTopology{Own: []netip.Addr{netip.MustParseAddr("10.1.0.1")}, IPv4: true, IPv6: true}
	t.Sides[netstack.Outside] = policy.SideTopology{Own: []netip.Addr{netip.MustParseAddr("203.0.113.7")}, IPv4: true, IPv6: true}
	return t
}

func TestDefaults(t *testing.T) {
	s := Defaults("eth0", "172.30.2.0/24")
	goldentest.Compare(t, "testdata/defaults.golden", summary(s))
	if _, err := policy.Compile(s.Policy, box()); err != nil {
		t.Error(err)
	}
}

func TestSetInterface(t *testing.T) {
	for text, want := range map[string]Side{
		"eth0":          {Interface: "eth0"},
		"172.30.1.0/24": {Subnet: netip.MustParsePrefix("172.30.1.0/24")},
		"":              {},
	} {
		s := Side{Interface: "before", Subnet: netip.MustParsePrefix("10.0.0.0/8")}
		if err := s.SetInterface(text); err != nil || cmp.Diff(want, s, cmp.Comparer(samePrefix)) != "" {
			t.Errorf("%q: got %+v and %v", text, s, err)
		}
	}
	for _, text := range []string{"172.30.1.9/24", "a/b", "sixteen-bytes-xx", ".", "a b"} {
		if err := new(Side).SetInterface(text); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}

func samePrefix(a, b netip.Prefix) bool { return a == b }

func TestLoadMissingFile(t *testing.T) {
	if s, err := Load(filepath.Join(t.TempDir(), "none.toml")); err == nil || s != nil {
		t.Errorf("got %v and %v", s, err)
	}
}
