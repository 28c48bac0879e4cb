package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

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

func timeoutsCommand(c *cli) *cobra.Command {
	return listCommand(c, "timeouts", "Show how long sessions may be idle in each state", (*control.Client).Timeouts, c.printTimeouts)
}

func (c *cli) printTimeouts(timeouts []control.Timeout) {
	t := c.table(column{title: "NAME"}, column{title: "SECONDS", right: true}, column{title: "TIME", right: true}, column{title: "SOURCE"}, column{title: "ONLY"})
	for _, o := range timeouts {
		t.add(o.Name, fmt.Sprint(o.Seconds), span(time.Duration(o.Seconds)*time.Second), o.Source, only(o))
	}
	t.flush()
}

// only says whose sessions a timeout is of, if not of all.
func only(o control.Timeout) string {
	switch {
	case o.Rule != "":
		return "rule " + o.Rule
	case o.Service != "":
		return "service " + o.Service
	}
	return ""
}

// listCommand is a command that asks for a list and prints it.
func listCommand[T any](c *cli, use, short string, ask func(*control.Client, context.Context) ([]T, error), print func([]T)) *cobra.Command {
	return c.listing(&cobra.Command{
		Use:   use,
		Short: short,
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			all, err := ask(c.client(), cmd.Context())
			if err != nil || !c.json {
				if err == nil {
					print(all)
				}
				return err
			}
			for _, v := range all {
				if err := c.object(v); err != nil {
					return err
				}
			}
			return nil
		},
	})
}

// objectUnless writes v unless there is an error.
func (c *cli) objectUnless(err error, v any) error {
	if err != nil {
		return err
	}
	return c.object(v)
}
