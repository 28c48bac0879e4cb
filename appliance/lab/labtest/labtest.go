// Package labtest gives tests a Lab of their own.
package labtest

import (
	"os"
	"testing"

	"sallyport/appliance/lab"
)

// New returns a Lab that ends with the test. Where none can be made, because that
// takes root or a user namespace, the test is skipped.
func New(t testing.TB, c lab.Config) *lab.Lab {
	t.Helper()
	if os.Geteuid() != 0 && !lab.InUnprivileged() {
		t.Skip("needs root, to make network namespaces")
	}
	l, err := lab.New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}
