package draw

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"sallyport/integration/bench/result"
)

// notYet is what there is of a run that has not been.
const notYet = "Not measured yet."

// base is the contender that a part's others are compared to: the usual one, or
// where it is not the first.
func base(r *result.Run, part string) string {
	contenders := r.Contenders(part)
	for _, c := range contenders {
		if c == result.Baseline {
			return c
		}
	}
	return contenders[0]
}

// table writes a part as Markdown: a row for each contender, a column for each
// measurement.
func table(w io.Writer, r *result.Run, part string) {
	names := r.Names(part)
	if len(names) == 0 {
		fmt.Fprintln(w, notYet)
		return
	}
	fmt.Fprint(w, "| |")
	for _, name := range names {
		fmt.Fprintf(w, " %s, %s |", name, unit(r, part, name))
	}
	fmt.Fprint(w, "\n|", strings.Repeat("---|", len(names)+1), "\n")
	for _, c := range r.Contenders(part) {
		fmt.Fprintf(w, "| %s |", c)
		for _, name := range names {
			fmt.Fprintf(w, " %s |", cell(r, part, name, c))
		}
		fmt.Fprintln(w)
	}
	scatter(w, r, part)
}

func unit(r *result.Run, part, name string) string {
	for _, s := range r.Series {
		if s.Part == part && s.Name == name {
			return s.Unit
		}
	}
	return ""
}

// cell is a median, and in brackets the ratio and how far the rounds' ratios
// reach. A share has no ratio, and neither has a count.
func cell(r *result.Run, part, name, contender string) string {
	s := r.Find(part, name, contender)
	if s == nil {
		return "–"
	}
	v := s.Values()
	if counted(s.Unit) {
		return fmt.Sprintf("%s (%s–%s)", figure(v.Median), figure(v.Low), figure(v.High))
	}
	ratio, ok := s.Against(r.Find(part, name, base(r, part)))
	if contender == base(r, part) && v.Median > 0 {
		ratio, ok = result.Summary{Median: 1, Low: v.Low / v.Median, High: v.High / v.Median}, true
	}
	if !ok {
		return figure(v.Median)
	}
	return fmt.Sprintf("**%s** (%.2f; %.2f–%.2f)", figure(v.Median), ratio.Median, ratio.Low, ratio.High)
}

// counted is what is neither a rate nor a time.
func counted(unit string) bool { return unit == "%" || unit == "a packet" }

// figure has three digits that count.
func figure(v float64) string {
	switch {
	case v >= 99.95 || v == 0:
		return fmt.Sprintf("%.0f", v)
	case v >= 9.995:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}

// missing writes what could not be measured, and why.
func missing(w io.Writer, r *result.Run) {
	switch {
	case r.Rounds == 0:
		fmt.Fprintln(w, notYet)
	case len(r.Missing) == 0:
		fmt.Fprintln(w, "Everything was measured.")
	}
	for _, m := range r.Missing {
		why, _, _ := strings.Cut(m.Why, "\n")
		fmt.Fprintf(w, "- %s, %s: %s\n", m.Part, m.Contender, why)
	}
}

// machine writes where and when.
func machine(w io.Writer, r *result.Run) {
	if r.Rounds == 0 {
		fmt.Fprintln(w, notYet)
		return
	}
	m := r.Machine
	fmt.Fprintf(w, "%s, %d cores, %d GB, Linux %s, %s; %s, commit %s; %d rounds, %d s a measurement, %d minutes in all; load %s before and %s after%s.\n",
		m.CPU, m.Cores, m.MemoryGB, m.Kernel, m.Go, r.Date.Format("2 January 2006 15:04 MST"), cmp.Or(r.Commit, "unknown"), r.Rounds, r.Seconds, (r.Took+30)/60, r.Load[0], r.Load[1], stolen(r))
}

// stolen is empty for a run of which it is not known.
func stolen(r *result.Run) string {
	if r.Steal == "" {
		return ""
	}
	return fmt.Sprintf(", %s %% of the cores' time taken by other guests of the host (steal)", r.Steal)
}

// Print writes all of a run for a terminal.
func Print(w io.Writer, r *result.Run) {
	machine(w, r)
	for _, part := range r.Parts() {
		fmt.Fprintf(w, "\n%s\n", part)
		table(w, r, part)
	}
	fmt.Fprintln(w)
	missing(w, r)
}
