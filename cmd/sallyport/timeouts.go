package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"sallyport/appliance/control"
)

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
