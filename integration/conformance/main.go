// Command conformance makes the tables that say which items of the RFCs on NAT
// and on simple security the firewall holds, row by row, and by which tests:
//
//	rfc4787.go ...  the rows, a file for each RFC
//	tests           every row that is held names tests; they are run now
//	docs            docs/conformance.md, and the summary in README.md
//
// A row that says "yes" is refused, and nothing written, unless each of its tests
// exists, was run and passed. `make conformance` calls it, as root, because some
// tests need network namespaces. That the documents are what the rows say, and
// that no test of an item is left out, is held by this package's own tests.
package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
)

func main() {
	root := flag.String("root", "../..", "the top of the source tree, as seen from this package")
	dry := flag.Bool("check", false, "run the tests, but write nothing")
	flag.Parse()
	if err := run(*root, *dry); err != nil {
		fmt.Fprintln(os.Stderr, "conformance:", err)
		os.Exit(1)
	}
}

func run(root string, dry bool) error {
	tree, err := testsIn(root)
	if err != nil {
		return err
	}
	if faults := faults(tree); len(faults) > 0 {
		return fmt.Errorf("the rows and the tests do not agree:\n%s", strings.Join(faults, "\n"))
	}
	if err := tree.pass(root, named()); err != nil {
		return err
	}
	if dry {
		return nil
	}
	return write(root, tree)
}
