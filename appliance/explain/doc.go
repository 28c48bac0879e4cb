// Package explain says what the firewall would do with a packet that nobody has
// sent, and why.
//
// It owns no opinion of packets: what it tells, it has from forward.Lane.Decide,
// which a packet on a device goes through as well, on tables that keep what
// happens to themselves. appliance asks it about the firewall that runs; offline
// it makes one of a file, for the [[test]]s in it and for people.
package explain
