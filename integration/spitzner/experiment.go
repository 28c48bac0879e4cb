package main

import (
	"cmp"
	"strings"
)

// experiment is one row of the table.
type experiment struct {
	ids   string // requirements that it shows
	name  string
	paper string // what FireWall-1 4.1 did, in Spitzner's words as far as they go
	setup setup
	do    func(*bench) string // says what was seen
	// fw1, strict and loose are what must be seen; loose is as strict if empty.
	fw1, strict, loose string
}

// must returns what must be seen under a profile.
func (e *experiment) must(profile string) string {
	switch {
	case profile == "fw1":
		return e.fw1
	case profile == "loose" && e.loose != "":
		return e.loose
	}
	return e.strict
}

// section is a part of the table.
type section struct {
	title string
	setup setup // of the rows that have none of their own
	rows  []experiment
}

// perform does one experiment and returns what was seen, or why it could not be.
func (b *bench) perform(e *experiment, usual setup) (seen string) {
	err := faultOf(func() {
		must(b.run(cmp.Or(e.setup, usual)))
		seen = e.do(b)
		// What it leaves on the way is not to be seen in the next.
		b.settle(b.in, b.fw.log.mark())
		b.settle(b.out, b.fw.log.mark())
	})
	if err != nil {
		return "cannot be done: " + strings.Join(strings.Fields(err.Error()), " ")
	}
	return seen
}
