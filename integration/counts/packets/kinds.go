package main

import (
	"maps"
	"slices"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"

	"sallyport/netstack"
)

const in, out = netstack.Inside, netstack.Outside

// kinds make, from an engine, what decides packet i.
var kinds = map[string]func(*engine) func(i int) error{
	"established": established,
	"new-flow":    newFlow,
	"refused":     refused,
}

// kindNames returns their names.
func kindNames() []string { return slices.Sorted(maps.Keys(kinds)) }

// established is a segment of an open connection, masqueraded: the same one again
// and again, as it is sent again.
func established(e *engine) func(int) error {
	if err := e.handshake(); err != nil {
		return func(int) error { return err }
	}
	e.fill(segment{client, server, 40000, 80, header.TCPFlagAck, 1001, 5001, 512})
	return e.again(netstack.ReasonNone)
}

func (e *engine) handshake() error {
	e.fill(segment{client, server, 40000, 80, header.TCPFlagSyn, 1000, 0, 0})
	if err := e.decide(in, netstack.ReasonNone); err != nil {
		return err
	}
	t := header.TCP(e.frame.Bytes()[header.IPv4MinimumSize:])
	e.fill(segment{server, tcpip.AddrFrom4(public.As4()), 80, t.SourcePort(), header.TCPFlagSyn | header.TCPFlagAck, 5000, 1001, 0})
	if err := e.decide(out, netstack.ReasonNone); err != nil {
		return err
	}
	e.fill(segment{client, server, 40000, 80, header.TCPFlagAck, 1001, 5001, 0})
	return e.decide(in, netstack.ReasonNone)
}

// newFlow is a datagram that begins a flow, masqueraded; its making is counted
// with it.
func newFlow(e *engine) func(int) error {
	return func(i int) error {
		b := e.frame.Space()[:header.IPv4MinimumSize+header.UDPMinimumSize+64]
		header.UDP(b[header.IPv4MinimumSize:]).Encode(&header.UDPFields{
			SrcPort: uint16(1024 + i), DstPort: 9, Length: header.UDPMinimumSize + 64,
		})
		e.ip(b, header.UDPProtocolNumber, client, server)
		return e.decide(in, netstack.ReasonNone)
	}
}

// refused is a SYN that a rule drops, the same one again and again.
func refused(e *engine) func(int) error {
	e.fill(segment{client, server, 40000, 23, header.TCPFlagSyn, 1000, 0, 0})
	return e.again(netstack.Policy)
}

// again has what is in the frame arrive from inside as often as it is called.
func (e *engine) again(want netstack.Reason) func(int) error {
	arrived := slices.Clone(e.frame.Bytes())
	return func(int) error {
		e.frame.SetLen(copy(e.frame.Space(), arrived))
		return e.decide(in, want)
	}
}
