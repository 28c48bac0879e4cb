package main

import (
	"context"
	"strconv"

	"github.com/spf13/cobra"

	"sallyport/appliance/control"
)

func historyCommand(c *cli) *cobra.Command {
	cmd := listCommand(c, "history", "List the configurations that were put in force", (*control.Client).History, c.printHistory)
	cmd.AddCommand(c.listing(&cobra.Command{
		Use:   "show N",
		Short: "Print a configuration of the history",
		Args:  oneArg("a number of \"sallyport history\""),
		RunE: func(cmd *cobra.Command, args []string) error {
			n, err := historyNumber(args[0])
			if err != nil {
				return err
			}
			return c.showFiles(cmd.Context(), n)
		},
	}))
	return cmd
}

func historyNumber(arg string) (int, error) {
	n, err := strconv.Atoi(arg)
	if err != nil || n < 1 {
		return 0, usagef("%q is no number of \"sallyport history\"", arg)
	}
	return n, nil
}

func (c *cli) showFiles(ctx context.Context, n int) error {
	files, err := c.client().HistoryFiles(ctx, n)
	if err != nil {
		return err
	}
	for _, f := range files {
		if c.json {
			if err := c.object(f); err != nil {
				return err
			}
			continue
		}
		if len(files) > 1 {
			c.printf("# %s\n", f.Name)
		}
		c.printf("%s", f.Text)
	}
	return nil
}

func (c *cli) printHistory(all []control.Change) {
	t := c.table(column{title: "NUMBER", right: true}, column{title: "WHEN", right: true}, column{title: "WHO"}, column{title: "WHAT"},
		column{title: "STATE"}, column{title: "FILES", right: true, spare: 1}, column{title: "COMMENT"})
	for _, e := range all {
		state := e.State
		if e.InForce {
			state = "in force"
			if e.State == "unconfirmed" {
				state += ", unconfirmed"
			}
		}
		t.add(strconv.Itoa(e.Number), c.since(e.At), e.User, e.What, state, strconv.Itoa(len(e.Files)), e.Comment)
	}
	t.flush()
}

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
