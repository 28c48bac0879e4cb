// Package goldentest compares what is printed with files that say what it should
// be. `go test -update` writes these anew.
package goldentest
