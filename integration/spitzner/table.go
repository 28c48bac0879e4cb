package main

import (
	"errors"
	"fmt"
	"sync"
)

var allProfiles = []string{"fw1", "strict", "loose"}

// cell is what came of one experiment under one profile.
type cell struct{ seen, want string }

func (c cell) right() bool { return c.seen != "" && c.seen == c.want }

func (c cell) String() string {
	if c.right() {
		return c.seen
	}
	return "WRONG: " + c.seen + "; must be: " + c.want
}

// row is an experiment with its cells, in the order of the profiles.
type row struct {
	*experiment
	section *section
	cells   []cell
}

type table struct {
	profiles []string
	rows     []row
}

// newTable returns the table of the experiments that are asked for, with
// nothing in its cells.
func newTable(o options) *table {
	t := &table{profiles: o.profiles}
	for i := range suite {
		s := &suite[i]
		for i := range s.rows {
			e := &s.rows[i]
			if o.only.MatchString(e.ids + " " + e.name) {
				t.rows = append(t.rows, row{e, s, make([]cell, len(o.profiles))})
			}
		}
	}
	return t
}

// fill does the experiments: those of one profile one after the other, the
// profiles side by side, as most of the time is waiting.
func (t *table) fill(binary, dir string) error {
	errs := make([]error, len(t.profiles))
	var all sync.WaitGroup
	for i := range t.profiles {
		all.Go(func() { errs[i] = t.fillColumn(i, binary, dir) })
	}
	all.Wait()
	return errors.Join(errs...)
}

func (t *table) fillColumn(i int, binary, dir string) error {
	profile := t.profiles[i]
	b, err := newBench(profile, binary, dir)
	if err != nil {
		return errors.Join(fmt.Errorf("%s: %w", profile, err), b.close())
	}
	for _, r := range t.rows {
		r.cells[i] = cell{b.perform(r.experiment, r.section.setup), r.must(profile)}
	}
	return b.close()
}

// right reports whether every cell is as it must be.
func (t *table) right() bool {
	for _, r := range t.rows {
		for _, c := range r.cells {
			if !c.right() {
				return false
			}
		}
	}
	return true
}
