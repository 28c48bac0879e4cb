// Package plumbing leads the packets of two interfaces through the firewall's
// two TUN devices, and back out of the right door: policy rules, two routing
// tables a side, device settings and the gateway address. It speaks rtnetlink
// and owns everything it installs; the appliance calls it.
//
// # Theory of operation
//
// Each side has an interface IF and a TUN. Table T (8301, 8302) sends everything
// into the side's TUN; table R (8311, 8312) holds only the routes of the side's
// own interface. Both end in a blackhole of the largest metric, so that what
// cannot go through the firewall goes nowhere. The rules, by preference:
//
//	  1  iif TUN lookup local            what the firewall writes back to the box
//	  2  iif TUN lookup R                what it emits leaves by its own side or not at all
//	 10  iif lo to OWN icmp errors       the kernel's errors about translated packets come back: T
//	     iif lo icmp no such host        to whomever
//	100  iif IF ... lookup local         neighbour discovery, DHCP: the kernel's own business
//	200  iif IF ... lookup local | T     the box's own connections and services, in policy order
//	900  iif IF ipproto P lookup T       everything else, the box's own addresses included
//	950  lookup local                    moved here from preference 0
//	960  iif IF lookup T                 transit of every other protocol
//
// Rule 900 names its protocols because an ARP request is looked up as a packet
// without one: it goes on to rule 950 and is answered for the box's own
// addresses only. A TCP or UDP packet of the box's own sockets must not take
// rule 900, because early demultiplexing ties it to its socket and the kernel
// drops such a packet when it is forwarded; hence the rules at 200.
//
// A family that a side does not forward gets rule 960 with a T that holds only
// the blackhole, and keeps its local rule where it was.
//
// Rules and routes carry protocol number 83, by which a later start knows what
// a killed run has left. Changes are made by adding what is missing before
// removing what is too much, so that the doors stay closed in between.
//
// Calls act on the network namespace of the calling thread.
package plumbing
