package main

import (
	"fmt"
	"net/netip"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/checksum"
	"gvisor.dev/gvisor/pkg/tcpip/header"

	"sallyport/appliance/forward"
	"sallyport/netstack"
	"sallyport/policy"
	"sallyport/state"
)

// engine is a lane with a policy: all may go out, masqueraded, but telnet.
type engine struct {
	lane         *forward.Lane
	frame, reply *netstack.Frame
	now          state.Instant
}

var (
	client = tcpip.AddrFrom4([4]byte{10, 1, 0, 10})
	server = tcpip.AddrFrom4([4]byte{198, 51, 100, 7})
	public = netip.MustParseAddr("192.0.2.1")
)

func newEngine() (*engine, error) {
	rules, err := policy.Compile(policy.Spec{
		Rules: []policy.Rule{
			{Name: "no-telnet", From: policy.FromInside, To: policy.FromOutside, Action: netstack.Drop,
				Service: []policy.Service{{Protocol: netstack.TCP, Destination: netstack.PortRange{First: 23, Last: 23}}}},
			{Name: "out", From: policy.FromInside, To: policy.FromOutside, Action: netstack.Pass},
		},
		NAT: []policy.NAT{{Name: "internet", Type: policy.Masquerade, From: policy.FromInside, To: policy.FromOutside}},
	}, topology())
	if err != nil {
		return nil, err
	}
	table := state.NewTable(state.Limits{MaxSessions: 1 << 16}, state.DefaultTimeouts(), state.Seed{1})
	limits := state.FragmentLimits{MaxBytes: 1 << 20, MaxDatagrams: 64, PerSource: 32, Timeout: 30 * time.Second}
	e := forward.NewEngine(table, state.NewFragments(limits, state.Seed{1}))
	e.Swap(forward.NewPolicy(rules, 1))
	return &engine{lane: forward.NewLane(e), frame: netstack.NewFrame(), reply: netstack.NewFrame(), now: 1}, nil
}

func topology() policy.Topology {
	return policy.Topology{Sides: [netstack.Sides]policy.SideTopology{
		{Networks: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/24")}, IPv4: true},
		{Own: []netip.Addr{public}, IPv4: true},
	}}
}

// decide has the packet in the frame arrive and wants this of it.
func (e *engine) decide(in netstack.Side, want netstack.Reason) error {
	if o := e.lane.Decide(in, e.frame, e.reply, e.now); o.Reason != want || (want == netstack.ReasonNone) != (o.Verdict == netstack.Pass) {
		return fmt.Errorf("%v (%v)", o.Verdict, o.Reason)
	}
	return nil
}

// segment is what a TCP packet says.
type segment struct {
	src, dst tcpip.Address
	from, to uint16
	flags    header.TCPFlags
	seq, ack uint32
	payload  int
}

// fill puts a segment into the frame, its checksums right.
func (e *engine) fill(s segment) {
	b := e.frame.Space()[:header.IPv4MinimumSize+header.TCPMinimumSize+s.payload]
	t := header.TCP(b[header.IPv4MinimumSize:])
	t.Encode(&header.TCPFields{SrcPort: s.from, DstPort: s.to, SeqNum: s.seq, AckNum: s.ack, DataOffset: header.TCPMinimumSize, Flags: s.flags, WindowSize: 0xffff})
	t.SetChecksum(^checksum.Checksum(t, header.PseudoHeaderChecksum(header.TCPProtocolNumber, s.src, s.dst, uint16(len(t)))))
	e.ip(b, header.TCPProtocolNumber, s.src, s.dst)
}

func (e *engine) ip(b []byte, protocol tcpip.TransportProtocolNumber, src, dst tcpip.Address) {
	h := header.IPv4(b)
	h.Encode(&header.IPv4Fields{TotalLength: uint16(len(b)), TTL: 64, Protocol: uint8(protocol), Flags: header.IPv4FlagDontFragment, SrcAddr: src, DstAddr: dst})
	h.SetChecksum(^h.CalculateChecksum())
	e.frame.SetLen(len(b))
	e.frame.Offload = netstack.Offload{}
}
