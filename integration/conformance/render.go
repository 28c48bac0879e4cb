package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

const (
	page   = "docs/conformance.md"
	readme = "README.md"

	begins = "<!-- conformance: made by `make conformance` -->\n"
	ends   = "<!-- end of conformance -->\n"
)

// write puts the tables into the documents.
func write(root string, t tree) error {
	front, err := os.ReadFile(filepath.Join(root, readme))
	if err != nil {
		return err
	}
	front, err = splice(front, summary())
	if err != nil {
		return err
	}
	return errors.Join(
		os.WriteFile(filepath.Join(root, page), []byte(tables(t)), 0o644),
		os.WriteFile(filepath.Join(root, readme), front, 0o644))
}

// splice replaces what is between the marks in text.
func splice(text []byte, with string) ([]byte, error) {
	before, rest, ok := bytes.Cut(text, []byte(begins))
	_, after, ok2 := bytes.Cut(rest, []byte(ends))
	if !ok || !ok2 {
		return nil, fmt.Errorf("%s has no place for the summary: the lines %q and %q", readme, begins, ends)
	}
	return []byte(string(before) + begins + with + ends + string(after)), nil
}

const preamble = `# Conformance

What the RFCs on NAT and on simple security ask, item by item, and what Sallyport does. This page is made by
` + "`make conformance`" + ` from the rows in [integration/conformance](../integration/conformance); it runs the tests that are
linked here, and writes nothing unless each of them passes. The items are told in short; the RFC has the words that count.

- **yes**: as it is without being asked.
- **on request**: if the configuration asks for it.
- **no**: not held; the note says why.
- **n.a.**: about something that Sallyport has not.

`

// tables is the page.
func tables(t tree) string {
	var b strings.Builder
	b.WriteString(preamble)
	b.WriteString(summary())
	for _, d := range documents {
		fmt.Fprintf(&b, "\n## RFC %d: %s\n\n", d.number, d.title)
		if d.about != "" {
			fmt.Fprintf(&b, "%s\n\n", d.about)
		}
		b.WriteString("| item | level | asks | held | shown by |\n|---|---|---|---|---|\n")
		for i := range d.rows {
			d.rows[i].render(&b, t)
		}
	}
	return b.String()
}

func (r *row) render(b *strings.Builder, t tree) {
	held := r.held.String()
	if r.held != yes {
		held = "**" + held + "**"
	}
	shown := make([]string, 0, 4)
	for _, n := range r.names() {
		shown = append(shown, fmt.Sprintf("[%s](../%s)", n, t.file(n)))
	}
	if r.note != "" {
		shown = append(shown, r.note)
	}
	fmt.Fprintf(b, "| %s | %s | %s | %s | %s |\n", r.item, r.level, r.asks, held, strings.Join(shown, "<br>"))
}

// summary counts the rows of each document.
func summary() string {
	var b strings.Builder
	b.WriteString("| RFC | about | yes | on request | no | n.a. |\n|---|---|---|---|---|---|\n")
	for _, d := range documents {
		var n [notApplicable + 1]int
		for i := range d.rows {
			n[d.rows[i].held]++
		}
		link := fmt.Sprintf("[%d](https://www.rfc-editor.org/rfc/rfc%d)", d.number, d.number)
		fmt.Fprintf(&b, "| %s | %s | %d | %d | %d | %d |\n", link, d.title, n[yes], n[onRequest], n[no], n[notApplicable])
	}
	return b.String()
}
