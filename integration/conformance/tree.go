package main

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
)

// tree is where each test function is: its file, seen from the top of the
// source. A name that is there more than once is in several files.
type tree map[string][]string

var isTest = regexp.MustCompile(`(?m)^func (Test\w+)\(t \*testing\.T\)`)

// testsIn finds every test function below root.
func testsIn(root string) (tree, error) {
	found, source := make(tree), os.DirFS(root)
	err := fs.WalkDir(source, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, "_test.go") {
			return err
		}
		text, err := fs.ReadFile(source, name)
		for _, m := range isTest.FindAllSubmatch(text, -1) {
			found[string(m[1])] = append(found[string(m[1])], name)
		}
		return err
	})
	return found, err
}

// file is where a test is that faults has found nothing against.
func (t tree) file(test string) string { return t[test][0] }

// byPackage sorts tests by the directories they are in.
func (t tree) byPackage(tests []string) map[string][]string {
	dirs := make(map[string][]string)
	for _, n := range tests {
		dir := "./" + path.Dir(t.file(n))
		dirs[dir] = append(dirs[dir], n)
	}
	return dirs
}

// ofItem matches the name of a test that is about an item of one of the
// documents: its RFC, and the item's number there.
var ofItem = regexp.MustCompile(`^Test(\d{4})(REQ|REC|S)(\d+)`)

// faults says where the rows and the tests of the tree do not agree.
func faults(t tree) (faults []string) {
	for _, d := range documents {
		for i := range d.rows {
			faults = append(faults, d.rows[i].faults(d, t)...)
		}
	}
	known := named()
	for name := range t {
		if m := ofItem.FindStringSubmatch(name); m != nil && isDocument(m[1]) && !slices.Contains(known, name) {
			faults = append(faults, name+" is in no row: name it in the row of its item")
		}
	}
	slices.Sort(faults)
	return faults
}

func (r *row) faults(d *rfc, t tree) (faults []string) {
	say := func(format string, args ...any) {
		faults = append(faults, fmt.Sprintf("RFC %d %s: ", d.number, r.item)+fmt.Sprintf(format, args...))
	}
	if len(r.names()) == 0 && (r.held == yes || r.held == onRequest) {
		say("held, but no test shows it")
	}
	if r.held != yes && r.note == "" {
		say("not simply held, but no note says why")
	}
	for _, n := range r.names() {
		switch len(t[n]) {
		case 0:
			say("%s does not exist", n)
		case 1:
		default:
			say("%s is in %d files: %v", n, len(t[n]), t[n])
		}
	}
	return faults
}

func isDocument(number string) bool {
	return slices.ContainsFunc(documents, func(d *rfc) bool { return fmt.Sprint(d.number) == number })
}
