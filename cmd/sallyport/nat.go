package main

import (
	"github.com/spf13/cobra"

	"sallyport/appliance/control"
)

func natCommand(c *cli) *cobra.Command {
	cmd := c.listing(&cobra.Command{
		Use:   "nat [FILTER]",
		Short: "List the mappings of NAT",
		Long: "List the mappings of NAT that a filter picks, or all: which endpoint inside is seen as which outside.\n" +
			"In the filter, src is the inside endpoint and reply dst the external one.\n\n" + filterHelp,
		Example: `  sallyport nat src 10.1.0.5 and udp
  sallyport nat reply dport 3074`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.buffered(func() error { return c.listMappings(cmd, args) })
		},
	})
	cmd.AddCommand(listCommand(c, "addresses", "Show how many ports of each external address are lent",
		(*control.Client).Externals, c.printExternals))
	return cmd
}

func (c *cli) listMappings(cmd *cobra.Command, args []string) error {
	filter, err := filterOf(args)
	if err != nil {
		return err
	}
	show, flush := c.mappingPrinter()
	failed := error(nil)
	err = c.client().Mappings(cmd.Context(), filter, func(m control.Mapping) bool {
		failed = show(&m)
		return failed == nil
	})
	if err != nil {
		return err
	}
	flush()
	return failed
}

// mappingPrinter returns what prints a mapping, and what ends the listing.
func (c *cli) mappingPrinter() (show func(*control.Mapping) error, flush func()) {
	if c.json {
		return func(m *control.Mapping) error { return c.object(*m) }, func() {}
	}
	t := c.table(column{title: "PROTO"}, column{title: "INSIDE"}, column{title: "EXTERNAL"}, column{title: "MAPPING"}, column{title: "FILTERING"},
		column{title: "NAT", spare: 1}, column{title: "RULE", spare: 2}, column{title: "SESSIONS", right: true}, column{title: "AGE", right: true})
	return func(m *control.Mapping) error {
		mapping := m.Mapping
		if m.Remote.IsValid() {
			mapping += " " + m.Remote.String()
		}
		t.add(m.Protocol, endpoint(m.Protocol, m.Inside, m.InsidePort), endpoint(m.Protocol, m.External, m.ExternalPort),
			mapping, m.Filtering, m.NAT, m.Rule, count(m.Sessions), span(c.now().Sub(m.Since)))
		return nil
	}, t.flush
}

func (c *cli) printExternals(all []control.External) {
	t := c.table(column{title: "ADDRESS"}, column{title: "PROTO"}, column{title: "PORTS LENT", right: true})
	for _, e := range all {
		t.add(e.Address.String(), e.Protocol, count(e.Ports))
	}
	t.flush()
}
