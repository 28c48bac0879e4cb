package main

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
)

// table has a row for each contender, the first of which the others are
// compared to.
type table []row

type row struct {
	name    string
	samples [len(measurements)][]float64 // of each of measurements, a value a round
}

func median(samples []float64) float64 {
	s := slices.Sorted(slices.Values(samples))
	return s[len(s)/2]
}

func (t table) print(w io.Writer) {
	fmt.Fprintln(w, "Medians, and in brackets the ratio to the first line. TCP is goodput, UDP datagrams of", datagram, "bytes that arrived.")
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, m := range measurements {
		fmt.Fprintf(tw, "\t%s, %s", m.name, m.unit)
	}
	fmt.Fprintln(tw, "\t")
	for _, r := range t {
		fmt.Fprint(tw, r.name)
		for i := range measurements {
			v := median(r.samples[i])
			fmt.Fprintf(tw, "\t%.2f (%.2f)", v, v/median(t[0].samples[i]))
		}
		fmt.Fprintln(tw, "\t")
	}
	_ = tw.Flush()
}
