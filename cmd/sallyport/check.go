package main

import (
	"fmt"

	"github.com/spf13/cobra"

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
file:line:column: warning: message. Nothing is changed, and no privilege is
needed. The exit code is 2 if there is a fault, or with --strict a warning.`,
		Args: oneArg("a configuration file"),
		RunE: func(_ *cobra.Command, args []string) error {
			s, err := load(args[0], conf.Check)
			if err != nil {
				return err
			}
			for _, w := range s.Warnings {
				fmt.Fprintln(c.err, w)
			}
			if strict && len(s.Warnings) > 0 {
				return usageError{errSilent}
			}
			c.printf("%s: ok, %s\n", args[0], summary(s))
			return nil
		},
	}
	cmd.Flags().BoolVar(&strict, "strict", false, "take warnings for faults")
	return cmd
}

func summary(s *conf.Settings) string {
	return plural(len(s.Policy.Rules), "rule") + ", " + plural(len(s.Policy.NAT), "translation")
}
