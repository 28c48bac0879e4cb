package appliance

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"sallyport/appliance/control"
	"sallyport/appliance/plumbing"
	"sallyport/conf"
	"sallyport/netstack/tun"
)

// largeConfig is a configuration of n rules, half of whose words are names, and
// which holds on devices without interfaces.
func largeConfig(n int, named string) string {
	var b strings.Builder
	b.WriteString("[inside]\nnetworks = [\"10.0.0.0/8\"]\n[addresses]\nlan = [\"10.1.0.0/24\", \"10.2.0.0/24\"]\n[services]\nweb = [\"https\", \"tcp/80\"]\n")
	for i := range n {
		fmt.Fprintf(&b, "[[rule]]\nname = \"%s%d\"\nfrom = \"inside\"\nto = \"outside\"\nsource = [\"lan\"]\n", named, i)
		fmt.Fprintf(&b, "destination = [\"100.%d.%d.0/24\"]\nservice = [\"web\", \"tcp/8080-8090\"]\naction = \"accept\"\n", i/256, i%256)
	}
	b.WriteString("[[nat]]\nname = \"internet\"\ntype = \"masquerade\"\nfrom = \"inside\"\nto = \"outside\"\n")
	return b.String()
}

// newLarge is an appliance with a file of n rules in force, which any of its
// commands can change.
func newLarge(tb testing.TB, n int) *Appliance {
	tb.Helper()
	return newRunning(tb, largeConfig(n, "a"))
}

// newRunning is an appliance with a file in force on devices without interfaces.
func newRunning(tb testing.TB, config string) *Appliance {
	tb.Helper()
	file := filepath.Join(tb.TempDir(), "sallyport.toml")
	write(tb, file, config)
	from := Source{File: file, Read: func() (*conf.Settings, error) { return conf.Load(file) }, Over: func(*conf.Settings) {}}
	s, err := from.Read()
	if err != nil {
		tb.Fatal(err)
	}
	a := New(s, from, zerolog.New(io.Discard), "test")
	a.plumbing = new(plumbing.Plumbing)
	a.devices[0], a.devices[1] = new(tun.Device), new(tun.Device)
	c := *a.inForce.Load()
	if c.spec, err = plumbingSpec(s); err != nil {
		tb.Fatal(err)
	}
	a.inForce.Store(&c)
	if err := a.loadPolicy(); err != nil {
		tb.Fatal(err)
	}
	a.ready.Store(true)
	return a
}

func write(tb testing.TB, file, text string) {
	tb.Helper()
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		tb.Fatal(err)
	}
}

// changes puts a configuration of so many rules in force, another each time: from
// the file, or as somebody sends it.
func changes(tb testing.TB, a *Appliance, rules int) map[string]func() {
	tb.Helper()
	texts, i := [2]string{largeConfig(rules, "b"), largeConfig(rules, "a")}, 0
	next := func() string { i++; return texts[i%2] }
	return map[string]func(){
		"reload": func() {
			write(tb, a.from.File, next())
			if _, err := a.Reload(control.Consent{}, control.Peer{}); err != nil {
				tb.Fatal(err)
			}
		},
		"commit": func() {
			files := []control.File{{Name: "/home/ann/new.toml", Text: next()}}
			if _, err := a.Commit(control.Commit{Files: files}, control.Peer{}); err != nil {
				tb.Fatal(err)
			}
		},
	}
}
