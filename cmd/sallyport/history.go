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
	switch {
	case err != nil:
		return err
	case c.json:
		return objects(c, files)
	}
	for _, f := range files {
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
