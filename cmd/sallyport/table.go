package main

import (
	"strings"
	"unicode/utf8"
)

// column is one column of a table.
type column struct {
	title string
	right bool // aligned right, as numbers are
	// spare columns are left out where the terminal is too narrow, those with
	// the highest number first; 0 always stays.
	spare int
}

// page is how many rows are held to be measured: a table may have a million.
const page = 500

// table prints aligned columns. Rows appear a page at a time; a later page may
// be wider, never narrower.
type table struct {
	cli     *cli
	columns []column
	widths  []int
	hidden  []bool
	rows    [][]string
	headed  bool
}

func (c *cli) table(columns ...column) *table {
	t := &table{cli: c, columns: columns, widths: make([]int, len(columns)), hidden: make([]bool, len(columns))}
	for i, column := range columns {
		t.widths[i] = len(column.title)
	}
	return t
}

// add adds a row with a cell for each column.
func (t *table) add(cells ...string) {
	for i := range cells {
		cells[i] = printable(cells[i])
		t.widths[i] = max(t.widths[i], utf8.RuneCountInString(cells[i]))
	}
	if t.rows = append(t.rows, cells); len(t.rows) == page {
		t.flush()
	}
}

// flush prints what is held, and the head if it was not yet.
func (t *table) flush() {
	if !t.headed {
		t.headed = true
		t.fit()
		titles := make([]string, len(t.columns))
		for i, column := range t.columns {
			titles[i] = column.title
		}
		t.cli.printf("%s\n", t.cli.paint(bold, t.line(titles)))
	}
	for _, row := range t.rows {
		t.cli.printf("%s\n", t.line(row))
	}
	t.rows = t.rows[:0]
}

// fit hides spare columns until the rest fits the terminal.
func (t *table) fit() {
	for t.cli.width > 0 && t.total() > t.cli.width {
		spare := 0
		for i, column := range t.columns {
			if !t.hidden[i] && column.spare > t.columns[spare].spare {
				spare = i
			}
		}
		if t.columns[spare].spare == 0 || t.hidden[spare] {
			return
		}
		t.hidden[spare] = true
	}
}

func (t *table) total() int {
	total := -len(gap)
	for i, w := range t.widths {
		if !t.hidden[i] {
			total += w + len(gap)
		}
	}
	return total
}

const gap = "  "

func (t *table) line(cells []string) string {
	var b strings.Builder
	for i, cell := range cells {
		if t.hidden[i] {
			continue
		}
		if b.Len() > 0 {
			b.WriteString(gap)
		}
		padding := strings.Repeat(" ", t.widths[i]-utf8.RuneCountInString(cell))
		if t.columns[i].right {
			b.WriteString(padding + cell)
		} else {
			b.WriteString(cell + padding)
		}
	}
	return strings.TrimRight(b.String(), " ")
}
