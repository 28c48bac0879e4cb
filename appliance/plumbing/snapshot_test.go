package plumbing

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/go-cmp/cmp"
)

// snapshot is all that the plumbing could change here, as a person sees it.
func (l *lab) snapshot() string {
	l.Helper()
	var b strings.Builder
	for _, c := range []string{
		"ip -d -4 rule", "ip -d -6 rule", "ip -d -4 route show table all", "ip -d -6 route show table all",
		"ip -d addr", "ip -d link", "ip netconf",
	} {
		out, err := l.try(c)
		l.must(err)
		// ip(8) complains of other people's namespaces that have just gone.
		fmt.Fprintf(&b, "# %s\n%s", c, strings.ReplaceAll(out, "Error: Peer netns reference is invalid.\n", ""))
	}
	for _, dir := range []string{"net/ipv4/conf", "net/ipv6/conf"} {
		l.must(filepath.WalkDir(filepath.Join(procSys, dir), func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || e.Name() == "stable_secret" {
				return err
			}
			value, err := os.ReadFile(path)
			fmt.Fprintf(&b, "%s = %s", path, value)
			return err
		}))
	}
	return b.String()
}

// unchanged fails the test unless all is as it was.
func (l *lab) unchanged(before string) {
	l.Helper()
	if diff := cmp.Diff(strings.Split(before, "\n"), strings.Split(l.snapshot(), "\n")); diff != "" {
		l.Errorf("not as before:\n%s", diff)
	}
}
