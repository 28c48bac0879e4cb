package main

import (
	"context"

	"github.com/spf13/cobra"

	"sallyport/appliance/control"
)

func statsCommand(c *cli) *cobra.Command {
	all := false
	cmd := listCommand(c, "stats", "Show how many packets passed, and how many were dropped for which reason",
		(*control.Client).Stats, func(stats []control.Stat) { c.printStats(stats, all) })
	counters := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := counters(cmd, args); err != nil || c.json {
			return err
		}
		return c.alsoAsymmetric(cmd.Context())
	}
	cmd.Flags().BoolVar(&all, "all", false, "show reasons that never occurred too")
	cmd.AddCommand(listCommand(c, "asymmetric", "Show the pairs of addresses that are seen one way only",
		(*control.Client).Asymmetric, c.printAsymmetric))
	return cmd
}

// alsoAsymmetric prints the pairs below the counters, if there are any.
func (c *cli) alsoAsymmetric(ctx context.Context) error {
	pairs, err := c.client().Asymmetric(ctx)
	if err != nil || len(pairs) == 0 {
		return err
	}
	c.printf("\nSeen one way only:\n")
	c.printAsymmetric(pairs)
	return nil
}

func (c *cli) printStats(stats []control.Stat, all bool) {
	t := c.table(column{title: "REASON"}, column{title: "INSIDE", right: true}, column{title: "OUTSIDE", right: true})
	for _, s := range stats {
		if all || s.Inside+s.Outside > 0 || s.Reason == "passed" {
			t.add(s.Reason, count(s.Inside), count(s.Outside))
		}
	}
	t.flush()
}

func (c *cli) printAsymmetric(pairs []control.Asymmetric) {
	t := c.table(column{title: "IN"}, column{title: "SOURCE"}, column{title: "DESTINATION"},
		column{title: "PACKETS", right: true}, column{title: "LAST", right: true})
	for _, p := range pairs {
		t.add(p.In, p.Src.String(), p.Dst.String(), count(p.Packets), c.since(p.Last))
	}
	t.flush()
}
