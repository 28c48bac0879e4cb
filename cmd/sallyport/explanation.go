package main

import (
	"unicode/utf8"

	"sallyport/appliance/control"
)

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
	c.printf("%s  %-10s %s\n", c.paint(color, mark), s.Stage, printable(s.Text))
	c.printConsidered(s.Considered)
}

func (c *cli) printConsidered(list []control.Considered) {
	if n := len(list) - mostMisses; n > 0 {
		c.printf("%15s%d before that do not match\n", "", n)
		list = list[n:]
	}
	width := 0
	for _, r := range list {
		width = max(width, utf8.RuneCountInString(r.Name))
	}
	for _, r := range list {
		why := "no: " + r.Why
		if r.Matched {
			why = "matches"
		}
		c.printf("%15s%-*s  %s\n", "", width, printable(r.Name), printable(why))
	}
}
