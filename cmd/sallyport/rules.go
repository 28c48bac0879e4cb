package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"sallyport/appliance/control"
)

func rulesCommand(c *cli) *cobra.Command {
	unused := false
	ask := func(client *control.Client, ctx context.Context) ([]control.Rule, error) {
		all, err := client.Rules(ctx)
		if unused {
			all = slices.DeleteFunc(all, func(r control.Rule) bool { return r.Hits > 0 || r.Live > 0 || r.Number == 0 })
		}
		return all, err
	}
	cmd := listCommand(c, "rules", "Show the rules, what each decided, and what is noticed of them", ask, c.printRules)
	cmd.Flags().BoolVar(&unused, "unused", false, "only those that have decided nothing")
	return cmd
}

func (c *cli) printRules(rules []control.Rule) {
	t := c.table(column{title: "NUMBER", right: true}, column{title: "NAME"}, column{title: "ACTION"},
		column{title: "HITS", right: true}, column{title: "SESSIONS", right: true, spare: 3}, column{title: "LIVE", right: true},
		column{title: "PACKETS", right: true, spare: 2}, column{title: "BYTES", right: true}, column{title: "SHARE", right: true, spare: 1},
		column{title: "FIRST HIT", right: true, spare: 4}, column{title: "LAST HIT", right: true}, column{title: "NOTE"})
	for _, r := range rules {
		number := "-"
		if r.Number > 0 {
			number = fmt.Sprint(r.Number)
		}
		action := r.Action
		if r.Off {
			action += ", off"
		}
		t.add(number, r.Name, action, count(r.Hits), count(r.Sessions), count(r.Live), count(r.Packets), size(r.Bytes),
			fmt.Sprintf("%.1f%%", 100*r.Share), c.since(r.FirstHit), c.since(r.LastHit), noteOf(&r))
	}
	t.flush()
}

// noteOf says what is noticed of a rule in words.
func noteOf(r *control.Rule) string {
	note := strings.ReplaceAll(r.Note, "-", " ")
	switch r.Note {
	case "shadowed":
		note += " by " + strings.Join(r.By, ", ")
	case "redundant":
		note += ": " + strings.Join(r.By, ", ") + " would do the same"
	case "accepts-all":
		note = "lets everything in"
	case "":
		if r.Hits == 0 && r.Live == 0 && r.Number > 0 {
			note = "unused"
		}
	}
	return note
}
