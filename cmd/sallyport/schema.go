package main

import (
	"github.com/spf13/cobra"

	"sallyport/conf"
)

func schemaCommand(c *cli) *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON schema of a configuration file, for editors",
		Long: `Print the JSON schema of a configuration file (draft 2020-12): which keys there
are, what may stand there, and what it means. Editors that know it complete and
explain keys and mark what cannot be right; "sallyport check" finds the rest.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := c.out.Write(conf.Schema())
			return err
		},
	}
}
