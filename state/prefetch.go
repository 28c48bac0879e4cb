//go:build amd64 || arm64

package state

import "unsafe"

// prefetch has the processor fetch this many cache lines, 1 at least, from the
// one on that p is in, and does not wait for them. p may be any address.
//
//go:noescape
func prefetch(p unsafe.Pointer, lines int)
