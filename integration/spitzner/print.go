package main

import (
	"fmt"
	"io"
)

// print writes the table for a terminal: a block for each experiment.
func (t *table) print(w io.Writer) {
	title := ""
	for _, r := range t.rows {
		if r.section.title != title {
			title = r.section.title
			fmt.Fprintf(w, "\n%s\n", title)
		}
		fmt.Fprintf(w, "\n  %s  (%s)\n    %-8s %s\n", r.name, r.ids, "in 2000", r.paper)
		for i, c := range r.cells {
			fmt.Fprintf(w, "    %-8s %s\n", t.profiles[i], c)
		}
	}
	fmt.Fprintln(w)
}

// printMarkdown writes it for a document.
func (t *table) printMarkdown(w io.Writer) {
	title := ""
	for _, r := range t.rows {
		if r.section.title != title {
			title = r.section.title
			t.printHead(w, title)
		}
		fmt.Fprintf(w, "| %s (%s) | %s |", r.name, r.ids, r.paper)
		for _, c := range r.cells {
			fmt.Fprintf(w, " %s |", c)
		}
		fmt.Fprintln(w)
	}
}

func (t *table) printHead(w io.Writer, title string) {
	fmt.Fprintf(w, "\n### %s\n\n| experiment | FireWall-1 4.1 in 2000 |", title)
	for _, p := range t.profiles {
		fmt.Fprintf(w, " `%s` |", p)
	}
	fmt.Fprint(w, "\n|---|---|")
	for range t.profiles {
		fmt.Fprint(w, "---|")
	}
	fmt.Fprintln(w)
}
