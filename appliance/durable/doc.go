// Package durable writes files that outlive the process: at any moment, a fall of
// the machine included, there is the old content or the new. It reads them only
// if nobody else can have written them.
//
// The appliance keeps sessions, counters and the history of its configuration in
// such files.
package durable
