package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sallyport/appliance/control"
)

// listOptions are what the flags of sessions say.
type listOptions struct {
	limit int // 0: none
	fw1   bool
}

func sessionsCommand(c *cli) *cobra.Command {
	var o listOptions
	cmd := c.listing(&cobra.Command{
		Use:   "sessions [FILTER]",
		Short: "List sessions",
		Long:  "List the sessions that a filter picks, or all.\n\n" + filterHelp,
		Example: `  sallyport sessions src 10.1.0.5 and dport 443 and state established
  sallyport sessions --json 'not (tcp or udp)'
  sallyport sessions kill host 192.0.2.9`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.buffered(func() error { return c.listSessions(cmd, args, o) })
		},
	})
	cmd.Flags().IntVar(&o.limit, "limit", 0, "list so many at most; 0: all")
	cmd.Flags().BoolVar(&o.fw1, "fw1", false, "print FireWall-1's columns")
	cmd.AddCommand(killCommand(c))
	return cmd
}

func (c *cli) listSessions(cmd *cobra.Command, args []string, o listOptions) error {
	filter, err := filterOf(args)
	if err != nil {
		return err
	}
	if o.fw1 && c.json {
		return usagef("--fw1 and --json exclude one another")
	}
	show, flush := c.sessionPrinter(o.fw1)
	n, failed := 0, error(nil)
	err = c.client().Sessions(cmd.Context(), filter, func(s control.Session) bool {
		n++
		failed = show(&s)
		return failed == nil && n != o.limit
	})
	if err != nil {
		return err
	}
	flush()
	return failed
}

// sessionPrinter returns what shows a session, and what is to be called after
// the last.
func (c *cli) sessionPrinter(fw1 bool) (show func(*control.Session) error, flush func()) {
	if c.json {
		return func(s *control.Session) error { return c.object(s) }, func() {}
	}
	start, rows := c.sessionTable, c.sessionRows
	if fw1 {
		start, rows = c.fw1Table, fw1Rows
	}
	t := start()
	return func(s *control.Session) error {
		for _, row := range rows(s) {
			t.add(row...)
		}
		return nil
	}, t.flush
}

func (c *cli) sessionTable() *table {
	return c.table(
		column{title: "ID", right: true}, column{title: "PROTO"}, column{title: "SOURCE"}, column{title: "DESTINATION"},
		column{title: "TRANSLATED"}, column{title: "STATE"}, column{title: "RULE", spare: 1},
		column{title: "AGE", right: true, spare: 4}, column{title: "TIMEOUT", right: true},
		column{title: "PACKETS", right: true, spare: 2}, column{title: "BYTES", right: true, spare: 3})
}

func (c *cli) sessionRows(s *control.Session) [][]string {
	return [][]string{{
		fmt.Sprint(s.ID), s.Protocol,
		endpoint(s.Protocol, s.Original.Src, s.Original.Sport), destination(s.Protocol, s.Original.Dst, s.Original.Dport),
		translated(s), s.State, s.Rule, span(c.now().Sub(s.Started).Truncate(time.Second)),
		fmt.Sprintf("%d/%d", s.TimeoutLeft, s.TimeoutTotal),
		fmt.Sprintf("%d/%d", s.Packets[0], s.Packets[1]), size(s.Bytes[0]) + "/" + size(s.Bytes[1]),
	}}
}

// translated says how the original packets leave, as far as that differs from
// how they arrive: the reply tuple, read backwards, is what they leave as.
func translated(s *control.Session) string {
	var parts []string
	if s.Reply.Dst != s.Original.Src || s.Reply.Dport != s.Original.Sport {
		parts = append(parts, "from "+endpoint(s.Protocol, s.Reply.Dst, s.Reply.Dport))
	}
	if s.Reply.Src != s.Original.Dst || s.Reply.Sport != s.Original.Dport {
		parts = append(parts, "to "+destination(s.Protocol, s.Reply.Src, s.Reply.Sport))
	}
	return strings.Join(parts, " ")
}
