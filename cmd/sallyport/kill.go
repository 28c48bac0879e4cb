package main

import (
	"errors"

	"github.com/spf13/cobra"

	"sallyport/appliance/control"
)

func killCommand(c *cli) *cobra.Command {
	return c.listing(&cobra.Command{
		Use:     "kill FILTER",
		Short:   "End sessions",
		Long:    "End the sessions that a filter picks: their next packets are judged anew.\n\"all\" picks every one.\n\n" + filterHelp,
		Example: "  sallyport sessions kill src 10.1.0.5 and rule web\n  sallyport sessions kill rule web",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("wants a filter that says which sessions; \"all\" is every one")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			filter, err := filterOf(args)
			if err != nil {
				return err
			}
			n, err := c.client().Kill(cmd.Context(), filter)
			if err != nil || c.json {
				return c.objectUnless(err, control.Killed{Killed: n})
			}
			c.printf("%s\n", plural(n, "session")+" ended")
			return nil
		},
	})
}
