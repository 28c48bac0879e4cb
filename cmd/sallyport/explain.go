package main

import (
	"context"
	"net/netip"
	"os"
	"strings"

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

func init() { commands = append(commands, explainCommand) }

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

// question puts arguments and flags into words.
func (o *explainOptions) question(args []string) (q control.Question, err error) {
	q.In = args[0]
	words := args[1:]
	for _, f := range []struct{ word, value string }{
		{"flags", o.flags}, {"seq", o.seq}, {"ack", o.ack}, {"window", o.window}, {"size", o.size}, {"ttl", o.ttl},
	} {
		if f.value != "" {
			words = append([]string{f.word, f.value}, words...)
		}
	}
	q.Packet, q.Hex = strings.Join(words, " "), strings.Join(o.pcapLine, "\n")
	if o.hexFile != "" {
		if q.Hex, err = readHex(o.hexFile); err != nil {
			return q, err
		}
	}
	switch {
	case q.In != "inside" && q.In != "outside":
		return q, usagef("%q is no side: sallyport explain inside ..., or outside ...", q.In)
	case q.Hex != "" && q.Packet != "":
		return q, usagef("the packet is either in words or in hex")
	case q.Hex == "" && q.Packet == "":
		return q, usagef("which packet? For example: sallyport explain %s tcp 10.1.0.5:5000 1.1.1.1:443", q.In)
	case q.Hex == "":
		if _, err := conf.ParseProbe(q.Packet); err != nil {
			return q, usageError{err}
		}
	default:
		if _, err := explain.ParseHex(q.Hex); err != nil {
			return q, usageError{err}
		}
	}
	return q, nil
}

func readHex(file string) (string, error) {
	read := func() ([]byte, error) { return os.ReadFile(file) }
	if file == "-" {
		read = func() ([]byte, error) { return os.ReadFile("/dev/stdin") }
	}
	b, err := read()
	if err != nil {
		return "", usagef("%v", err)
	}
	return string(b), nil
}

// completePacket offers the words that can come next.
func completePacket(_ *cobra.Command, args []string, start string) ([]string, cobra.ShellCompDirective) {
	words := []string{"inside", "outside"}
	if len(args) > 0 {
		words = conf.ProbeWords()
	}
	var fit []string
	for _, w := range words {
		if strings.HasPrefix(w, start) {
			fit = append(fit, w)
		}
	}
	return fit, cobra.ShellCompDirectiveNoFileComp
}

// mostMisses is how many rules that do not match are printed, the last ones: of
// ten thousand nobody reads all. --json has them.
const mostMisses = 30

func (c *cli) printExplanation(x *control.Explanation) {
	c.printf("%s, arriving on the %s\n", c.paint(bold, x.Packet), x.In)
	for _, a := range x.Assumed {
		c.printf("  (%s)\n", a)
	}
	for i := range x.Steps {
		c.printStep(&x.Steps[i])
	}
}

func (c *cli) printStep(s *control.Step) {
	mark, color := "ok", green
	if !s.Passed {
		mark, color = "--", red
	}
	c.printf("%s  %-10s %s\n", c.paint(color, mark), s.Stage, printables(s.Text))
	list := s.Considered
	if n := len(list) - mostMisses; n > 0 {
		c.printf("%15s%d before that do not match\n", "", n)
		list = list[n:]
	}
	width := 0
	for _, r := range list {
		width = max(width, len(r.Name))
	}
	for _, r := range list {
		why := "no: " + r.Why
		if r.Matched {
			why = "matches"
		}
		c.printf("%15s%-*s  %s\n", "", width, printables(r.Name), printables(why))
	}
}

func printables(s string) string { return strings.Map(printable, s) }
