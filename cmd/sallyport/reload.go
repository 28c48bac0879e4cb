package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"sallyport/appliance/control"
)

func reloadCommand(c *cli) *cobra.Command {
	var o control.Consent
	cmd := c.listing(&cobra.Command{
		Use:   "reload",
		Short: "Have the configuration file read again",
		Long: `Have the running firewall read its configuration file again and put it in force.
No packet is lost, no session is lost and rules that keep their name go on
counting. A file with a fault changes nothing: every fault is printed, and the
exit code is 2. So it is if something was changed that needs a restart. SIGHUP
does the same.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			r, err := c.client().Reload(cmd.Context(), o)
			if err != nil || c.json {
				return c.objectUnless(err, r)
			}
			c.warn(r.Warnings)
			c.printf("reloaded in %v: %s\n", time.Duration(r.Milliseconds)*time.Millisecond, policyLine(&r.Policy))
			return nil
		},
	})
	consentFlag(cmd, &o)
	return cmd
}

func consentFlag(cmd *cobra.Command, o *control.Consent) {
	cmd.Flags().BoolVar(&o.Yes, "yes", false, "even if that cuts somebody's login session off")
}

func (c *cli) warn(lines []string) {
	for _, line := range lines {
		fmt.Fprintln(c.err, line)
	}
}
