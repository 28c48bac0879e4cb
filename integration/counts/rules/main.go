// Command rules does what a reload does with rules, and nothing else, so that what
// it costs can be counted from outside: run for some rules and for more, the
// difference is theirs. Its arguments are the kind and the number of rules: read
// reads them, compile compiles them too, and lint looks for what they say in vain.
package main

import (
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"strings"

	"sallyport/conf"
	"sallyport/netstack"
	"sallyport/policy"
)

var kinds = map[string]func(*conf.Settings) error{
	"read": func(*conf.Settings) error { return nil },
	"compile": func(s *conf.Settings) error {
		_, err := policy.Compile(s.Policy, box)
		return err
	},
	"lint": func(s *conf.Settings) error {
		_, err := policy.Lint(s.Policy, box)
		return err
	},
}

var box = policy.Topology{Sides: [netstack.Sides]policy.SideTopology{
	{Networks: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, IPv4: true},
	{Own: []netip.Addr{netip.MustParseAddr("192.0.2.1")}, IPv4: true},
}}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "rules:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 2 || kinds[args[0]] == nil {
		return fmt.Errorf("usage: rules KIND NUMBER, with KIND read, compile or lint")
	}
	n, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	s, err := conf.Parse("rules.toml", []byte(text(n)))
	if err != nil {
		return err
	}
	return kinds[args[0]](s)
}

// text is a configuration of n rules, half of whose words are names.
func text(n int) string {
	var b strings.Builder
	b.WriteString("[addresses]\nlan = [\"10.1.0.0/24\", \"10.2.0.0/24\"]\n[services]\nweb = [\"https\", \"tcp/80\"]\n")
	for i := range n {
		fmt.Fprintf(&b, "[[rule]]\nname = \"r%d\"\nfrom = \"inside\"\nto = \"outside\"\nsource = [\"lan\"]\n", i)
		fmt.Fprintf(&b, "destination = [\"100.%d.%d.0/24\"]\nservice = [\"web\", \"tcp/8080-8090\"]\naction = \"accept\"\n", i>>8, i&0xff)
	}
	return b.String()
}
