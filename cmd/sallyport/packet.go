package main

import (
	"os"
	"strings"

	"github.com/spf13/cobra"

	"sallyport/appliance/control"
	"sallyport/appliance/explain"
	"sallyport/conf"
)

// question puts arguments and flags into words, and checks them, so that a slip
// is told whether or not a firewall runs.
func (o *explainOptions) question(args []string) (q control.Question, err error) {
	q.In = args[0]
	if q.Hex, err = o.hex(); err != nil {
		return q, err
	}
	q.Packet = strings.Join(append(o.fields(), args[1:]...), " ")
	switch {
	case q.In != "inside" && q.In != "outside":
		err = usagef("%q is no side: sallyport explain inside ..., or outside ...", q.In)
	case q.Hex != "" && q.Packet != "":
		err = usagef("the packet is either in words or in hex")
	case q.Hex == "" && q.Packet == "":
		err = usagef("which packet? For example: sallyport explain %s tcp 10.1.0.5:5000 1.1.1.1:443", q.In)
	default:
		err = readable(q)
	}
	return q, err
}

// fields are the words for what flags say of the packet.
func (o *explainOptions) fields() (words []string) {
	for _, f := range []struct{ word, value string }{
		{"ttl", o.ttl}, {"size", o.size}, {"window", o.window}, {"ack", o.ack}, {"seq", o.seq}, {"flags", o.flags},
	} {
		if f.value != "" {
			words = append(words, f.word, f.value)
		}
	}
	return words
}

// hex is the packet as flags say it in hex; empty if they do not.
func (o *explainOptions) hex() (string, error) {
	switch {
	case o.hexFile == "":
		return strings.Join(o.pcapLine, "\n"), nil
	case len(o.pcapLine) > 0:
		return "", usagef("the packet is either in --pcap-line or in --hex-file")
	case o.hexFile == "-":
		return readHex("/dev/stdin")
	}
	return readHex(o.hexFile)
}

func readHex(file string) (string, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return "", usagef("%v", err)
	}
	return string(b), nil
}

// readable returns what is wrong with how the packet is written.
func readable(q control.Question) (err error) {
	if q.Hex != "" {
		_, err = explain.ParseHex(q.Hex)
	} else {
		_, err = conf.ParseProbe(q.Packet)
	}
	if err != nil {
		return usageError{err}
	}
	return nil
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
