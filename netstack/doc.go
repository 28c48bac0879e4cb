// Package netstack is what every other package knows about packets.
//
// It owns the validated view over a packet's bytes (Packet), the names of a
// conversation (Addr, FlowKey, Side), the outcome of looking at a packet
// (Verdict, Reason), the rewriting of addresses and ports with correct
// checksums, and the replies the firewall makes itself (RST, ICMP errors).
// gVisor's header package reads and writes the fields; this package validates
// once, so that every later accessor is safe.
//
// It is a leaf: policy, state, conf and appliance import it, and it imports
// none of them. It reads no clock, starts no goroutine and allocates nothing
// for a packet.
package netstack
