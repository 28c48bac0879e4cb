package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// pass runs tests, and returns an error that names those which did not pass: a
// test that was skipped has shown nothing.
func (t tree) pass(root string, tests []string) error {
	var errs []error
	for dir, names := range t.byPackage(tests) {
		fmt.Fprintf(os.Stderr, "%d tests in %s\n", len(names), dir)
		results, err := goTest(root, dir, names)
		for _, n := range names {
			if results[n] != "pass" {
				errs = append(errs, fmt.Errorf("%s in %s: %s", n, dir, or(results[n], "was not run")))
			}
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", dir, err))
		}
	}
	return errors.Join(errs...)
}

// goTest runs tests of one package, and returns what became of each.
func goTest(root, dir string, names []string) (map[string]string, error) {
	slices.Sort(names)
	cmd := exec.Command("go", "test", "-count=1", "-timeout", "10m", "-json", "-run", "^("+strings.Join(names, "|")+")$", dir)
	cmd.Dir, cmd.Stderr = root, os.Stderr
	out, err := cmd.Output()
	results := make(map[string]string)
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var event struct{ Action, Test, Output string }
		if err := d.Decode(&event); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return results, err
		}
		switch event.Action {
		case "pass", "fail", "skip":
			results[event.Test] = event.Action
		}
	}
	return results, err
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
