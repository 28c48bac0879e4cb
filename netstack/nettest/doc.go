// Package nettest makes packets, checks packets, and stands in for a device.
//
// It owns what the tests of every other package share: a packet builder whose
// tables read like traffic, checkers that know nothing of how the firewall
// works (sums are taken a byte at a time), and a netstack.Link in memory. Only
// tests and the firewall's own demonstrations import it.
package nettest
