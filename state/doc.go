// Package state remembers conversations.
//
// It owns the session table, the trackers that say whether a packet fits its
// session, and the ports that translation lends out. It starts no goroutine and
// reads no clock: time is a parameter. appliance asks it about every packet.
package state
