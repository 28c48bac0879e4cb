package main

import (
	"context"
	"net/netip"

	"github.com/spf13/cobra"

	"sallyport/appliance/control"
	"sallyport/appliance/explain"
	"sallyport/conf"
)

// explainOptions are what the flags of explain say.
type explainOptions struct {
	config, flags, hexFile        string
	pcapLine                      []string
	insideAddress, outsideAddress []string
	seq, ack, window, size, ttl   string
}

func explainCommand(c *cli) *cobra.Command {
	var o explainOptions
	cmd := c.listing(&cobra.Command{
		Use:   "explain SIDE PACKET...",
		Short: "Say what would become of a packet, and why",
		Long: `Say what would become of a packet that arrives on a side: every stage of its way,
rule by rule why not and which matches, what is translated, and what is sent
back. The packet goes the way of every packet, and nothing becomes of it: no
session, no port, no counter.

With --config, the firewall is the one that the file would make, with no
sessions; nothing has to run.`,
		Example: `  sallyport explain inside tcp 10.1.0.5:5000 1.1.1.1:443
  sallyport explain outside udp/53 198.51.100.7 self
  sallyport explain inside icmp/echo-request 10.1.0.5 1.1.1.1 --size 1500
  sallyport explain outside tcp 1.1.1.1:443 192.0.2.1:5000 --flags A --seq 17 --ack 4
  sallyport explain inside "10.1.0.5 -> 1.1.1.1 tcp/443"
  sallyport explain inside --pcap-line 4500003c1c4640004006...
  sallyport explain --config rules.toml outside tcp 198.51.100.7 self:8080`,
		Args:              cobra.MinimumNArgs(1),
		ValidArgsFunction: completePacket,
		RunE: func(cmd *cobra.Command, args []string) error {
			x, err := c.explain(cmd.Context(), &o, args)
			if err != nil {
				return err
			}
			if c.json {
				return c.object(x)
			}
			c.printExplanation(&x)
			return nil
		},
	})
	o.register(cmd)
	return cmd
}

func (o *explainOptions) register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.config, "config", "", "explain this file instead of the running firewall")
	f.StringSliceVar(&o.insideAddress, "inside-address", nil, "with --config: the box's own address on the inside")
	f.StringSliceVar(&o.outsideAddress, "outside-address", nil, "with --config: the box's own address on the outside")
	f.StringVar(&o.flags, "flags", "", "TCP flags: letters of FSRPAUEC, or none; default S")
	f.StringVar(&o.seq, "seq", "", "TCP sequence number; default: what its session expects")
	f.StringVar(&o.ack, "ack", "", "TCP acknowledgement number; default: what its session expects")
	f.StringVar(&o.window, "window", "", "TCP window")
	f.StringVar(&o.size, "size", "", "bytes, the IP header included")
	f.StringVar(&o.ttl, "ttl", "", "hops left")
	f.StringArrayVar(&o.pcapLine, "pcap-line", nil, "the packet in hex instead of words, as tcpdump -x or -xx prints it; a line each time")
	f.StringVar(&o.hexFile, "hex-file", "", "the packet in hex from a file; - for standard input")
}

// explain asks the running firewall, or the file.
func (c *cli) explain(ctx context.Context, o *explainOptions, args []string) (x control.Explanation, err error) {
	q, err := o.question(args)
	if err != nil {
		return x, err
	}
	if o.config == "" {
		if len(o.insideAddress)+len(o.outsideAddress) > 0 {
			return x, usagef("the running firewall knows its addresses; --inside-address and --outside-address are for --config")
		}
		return c.client().Explain(ctx, q)
	}
	s, err := load(o.config, conf.Load)
	if err != nil {
		return x, err
	}
	own, err := o.own()
	if err != nil {
		return x, err
	}
	box, assumed := explain.Offline(s, own)
	if x, err = explain.AskOffline(s, &box, assumed, q); err != nil {
		return x, usageError{err}
	}
	return x, nil
}

// own are the addresses that the flags name.
func (o *explainOptions) own() (own explain.Own, err error) {
	for side, words := range [][]string{o.insideAddress, o.outsideAddress} {
		for _, w := range words {
			a, err := netip.ParseAddr(w)
			if err != nil {
				return own, usagef("%q is not an address", w)
			}
			own[side] = append(own[side], a)
		}
	}
	return own, nil
}
