package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"sallyport/appliance/control"
)

func rulesCommand(c *cli) *cobra.Command {
	return listCommand(c, "rules", "Show the rules and how often each decided", (*control.Client).Rules, c.printRules)
}

func (c *cli) printRules(rules []control.Rule) {
	t := c.table(column{title: "NUMBER", right: true}, column{title: "NAME"}, column{title: "ACTION"},
		column{title: "HITS", right: true}, column{title: "LAST HIT", right: true})
	for _, r := range rules {
		number := "-"
		if r.Number > 0 {
			number = fmt.Sprint(r.Number)
		}
		action := r.Action
		if r.Off {
			action += ", off"
		}
		t.add(number, r.Name, action, count(r.Hits), c.since(r.LastHit))
	}
	t.flush()
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
