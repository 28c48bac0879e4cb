package main

import (
	"fmt"
	"net/netip"

	"github.com/spf13/cobra"

	"sallyport/appliance/explain"
	"sallyport/conf"
)

func checkCommand(c *cli) *cobra.Command {
	strict := false
	cmd := &cobra.Command{
		Use:   "check FILE",
		Short: "Say whether a configuration file is right, and what is wrong with it",
		Long: `Read a configuration file and print every fault, a line each, as
file:line:column: message. What is no fault but perhaps not meant, such as a
rule that never matches because of another, is printed as
file:line:column: warning: message. The file's [[test]]s are run, and each that
fails is a fault. Nothing is changed, and no privilege is needed. The exit code
is 2 if there is a fault, or with --strict a warning.`,
		Args: oneArg("a configuration file"),
		RunE: func(_ *cobra.Command, args []string) error { return c.check(args[0], strict) },
	}
	cmd.Flags().BoolVar(&strict, "strict", false, "take warnings for faults")
	return cmd
}

func (c *cli) check(file string, strict bool) error {
	s, err := load(file, conf.Check)
	if err != nil {
		return err
	}
	for _, w := range s.Warnings {
		fmt.Fprintln(c.err, w)
		if c.excerpts {
			fmt.Fprint(c.err, conf.Error(w).Excerpt())
		}
	}
	if err := runTests(s); err != nil {
		return err
	}
	if strict && len(s.Warnings) > 0 {
		return usageError{errSilent}
	}
	c.printf("%s: ok, %s\n", file, summary(s))
	return nil
}

// runTests runs the file's own tests on the box that it speaks of.
func runTests(s *conf.Settings) error {
	box, assumed := explain.Offline(s, [2][]netip.Addr{})
	faults, err := explain.Test(s, &box, assumed, nil)
	if err == nil && len(faults) > 0 {
		return faults
	}
	return err
}

func summary(s *conf.Settings) string {
	words := plural(len(s.Policy.Rules), "rule") + ", " + plural(len(s.Policy.NAT), "translation")
	if len(s.Tests) > 0 {
		words += ", " + plural(len(s.Tests), "test") + " passed"
	}
	return words
}
