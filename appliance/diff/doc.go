// Package diff says what differs between two configurations in their own terms:
// rules and translations by their names, lists by what is on them, settings by
// their keys. How a file is laid out, and what order its sections have, is none
// of its business.
//
// It compares what conf.Written returns; the appliance calls it.
package diff
