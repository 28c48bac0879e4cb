package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const top = "../.."

func source(t *testing.T) tree {
	t.Helper()
	tree, err := testsIn(top)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// Every row that is held names tests that exist, every row that is not says why,
// and every test of an item is in a row.
func TestRowsAndTestsAgree(t *testing.T) {
	for _, fault := range faults(source(t)) {
		t.Error(fault)
	}
}

func TestDocumentsShowTheRows(t *testing.T) {
	tree := source(t)
	if f := faults(tree); len(f) > 0 {
		t.Skip("the rows are at fault, which another test says")
	}
	if read(t, page) != tables(tree) {
		t.Errorf("%s is not what the rows say: run `make conformance`", page)
	}
	if front := read(t, readme); !strings.Contains(front, begins+summary()+ends) {
		t.Errorf("%s does not show the summary: run `make conformance`", readme)
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(top, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// The check itself: what it must find fault with.
func TestFaults(t *testing.T) {
	d := &rfc{number: 4787}
	there := tree{"TestOne": {"a_test.go"}, "TestTwo": {"a_test.go", "b_test.go"}}
	for _, c := range []struct {
		row  row
		want string
	}{
		{row{item: "REQ-1", held: yes, tests: "TestOne"}, ""},
		{row{item: "REQ-1", held: no, note: "not yet"}, ""},
		{row{item: "REQ-1", held: yes}, "no test shows it"},
		{row{item: "REQ-1", held: onRequest, note: "by a key"}, "no test shows it"},
		{row{item: "REQ-1", held: no}, "no note says why"},
		{row{item: "REQ-1", held: yes, tests: "TestOne TestGone"}, "TestGone does not exist"},
		{row{item: "REQ-1", held: yes, tests: "TestTwo"}, "TestTwo is in 2 files"},
	} {
		got := strings.Join(c.row.faults(d, there), "; ")
		if (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
			t.Errorf("%+v: %q, want %q", c.row, got, c.want)
		}
	}
	if !strings.Contains(strings.Join(faults(tree{"Test4787REQ99Unheard": {"a_test.go"}}), "\n"), "Test4787REQ99Unheard is in no row") {
		t.Error("a test of an item that no row names goes unseen")
	}
}

// A test that fails, is skipped or does not run shows nothing.
func TestPassWantsEveryTestToPass(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod": "module m\n",
		"x_test.go": `package m
import "testing"
func TestGood(t *testing.T) {}
func TestBad(t *testing.T) { t.Fail() }
func TestSkipped(t *testing.T) { t.Skip() }
`} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	tree, err := testsIn(dir)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"TestGood": "", "TestBad": "fail", "TestSkipped": "skip"} {
		err := tree.pass(dir, []string{name})
		if (want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
}
