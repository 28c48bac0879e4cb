package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"sallyport/appliance/control"
)

func fragmentsCommand(c *cli) *cobra.Command {
	return listCommand(c, "fragments", "Show the datagrams of which not every fragment has come",
		(*control.Client).Fragments, c.printFragments)
}

func (c *cli) printFragments(all []control.Datagram) {
	t := c.table(column{title: "IN"}, column{title: "PROTO"}, column{title: "SOURCE"}, column{title: "DESTINATION"},
		column{title: "IDENTIFICATION", right: true}, column{title: "FRAGMENTS", right: true}, column{title: "BYTES", right: true},
		column{title: "STATE"}, column{title: "LEFT", right: true})
	for i := range all {
		d := &all[i]
		t.add(d.In, d.Protocol, endpoint(d.Protocol, d.Src, d.Sport), endpoint(d.Protocol, d.Dst, d.Dport),
			fmt.Sprint(d.Identification), count(d.Fragments), size(uint64(d.Bytes)),
			awaited(d), span(time.Duration(d.TimeoutLeft)*time.Second))
	}
	t.flush()
}

// awaited says what is missing of a datagram.
func awaited(d *control.Datagram) string {
	switch {
	case d.Refused != "":
		return d.Refused
	case !d.First && !d.Last:
		return "no ends"
	case !d.First:
		return "no first"
	case !d.Last:
		return "no last"
	}
	return "gaps"
}
