// Package history keeps the configurations that were put in force: the last
// fifty, each whole, with who did it, when, and why; and which of them waits to
// be confirmed, so that a start after a crash knows.
//
// Each is a file of its own in one directory, written in one step. The appliance
// calls it; it knows nothing of what a configuration says.
package history
