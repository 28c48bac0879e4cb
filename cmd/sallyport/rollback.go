package main

import (
	"github.com/spf13/cobra"

	"sallyport/appliance/control"
)

func rollbackCommand(c *cli) *cobra.Command {
	var o changeOptions
	cmd := c.listing(&cobra.Command{
		Use:   "rollback [N]",
		Short: "Put an earlier configuration in force again",
		Long: `Put configuration N of "sallyport history" in force again and keep it, as commit
does. Without N it is the one before that in force; while a commit waits to be
confirmed, that is taken back.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			r := control.Rollback{Comment: o.comment, Yes: o.yes}
			if r.Confirm, err = o.seconds(); err == nil && len(args) > 0 {
				r.Number, err = historyNumber(args[0])
			}
			if err != nil {
				return err
			}
			done, err := c.client().Rollback(cmd.Context(), r)
			return c.printCommitted(&done, err)
		},
	})
	o.flags(cmd)
	return cmd
}
