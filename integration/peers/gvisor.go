package main

import (
	"fmt"

	"gvisor.dev/gvisor/pkg/buffer"
	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/link/channel"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
	"gvisor.dev/gvisor/pkg/tcpip/transport/udp"
)

const nics = 2 // numbered from 1, inside first

// openGvisor opens a whole network stack that forwards between two interfaces: its
// conntrack and iptables have no other entrance. So its routing is measured too.
func openGvisor(masquerade bool) (*engine, error) {
	s := stack.New(stack.Options{
		NetworkProtocols:   []stack.NetworkProtocolFactory{ipv4.NewProtocol},
		TransportProtocols: []stack.TransportProtocolFactory{tcp.NewProtocol, udp.NewProtocol},
	})
	var links [nics]*channel.Endpoint
	for i, own := range []string{"\x0a\x01\x00\x01", "\xc0\x00\x02\x01"} {
		links[i] = channel.New(1, 1500, "")
		id := tcpip.NICID(i + 1)
		if err := s.CreateNIC(id, links[i]); err != nil {
			return nil, fmt.Errorf("NIC: %v", err)
		}
		a := tcpip.ProtocolAddress{Protocol: ipv4.ProtocolNumber, AddressWithPrefix: tcpip.AddressWithPrefix{Address: tcpip.AddrFromSlice([]byte(own)), PrefixLen: 24}}
		if err := s.AddProtocolAddress(id, a, stack.AddressProperties{}); err != nil {
			return nil, fmt.Errorf("address: %v", err)
		}
	}
	if err := s.SetForwardingDefaultAndAllNICs(ipv4.ProtocolNumber, true); err != nil {
		return nil, fmt.Errorf("forwarding: %v", err)
	}
	any4, _ := tcpip.NewSubnet(tcpip.AddrFrom4([4]byte{}), tcpip.MaskFromBytes(make([]byte, 4)))
	lan, _ := tcpip.NewSubnet(address(private.Addr()), tcpip.MaskFromBytes([]byte{255, 255, 255, 0}))
	s.SetRouteTable([]tcpip.Route{{Destination: lan, NIC: 1}, {Destination: any4, NIC: 2}})
	setTables(s, masquerade)
	left := new([]byte)
	return &engine{pass: through(links, left), left: func() []byte { return *left }, close: s.Close}, nil
}

// setTables puts in force what the others' policy is. There is no match for the
// state of a connection, so what comes back is let in by its interface alone.
func setTables(s *stack.Stack, masquerade bool) {
	accept := &stack.AcceptTarget{NetworkProtocol: ipv4.ProtocolNumber}
	fault := stack.Rule{Filter: stack.EmptyFilter4(), Target: &stack.ErrorTarget{NetworkProtocol: ipv4.ProtocolNumber}}
	all := stack.Rule{Filter: stack.EmptyFilter4(), Target: accept}
	noTelnet := stack.Rule{Filter: stack.EmptyFilter4(), Matchers: []stack.Matcher{telnet{}}, Target: &stack.DropTarget{NetworkProtocol: ipv4.ProtocolNumber}}
	s.IPTables().ReplaceTable(stack.FilterID, stack.Table{
		Rules:         []stack.Rule{all, noTelnet, all, all, fault},
		BuiltinChains: [stack.NumHooks]int{stack.Prerouting: stack.HookUnset, stack.Input: 0, stack.Forward: 1, stack.Output: 3, stack.Postrouting: stack.HookUnset},
		Underflows:    [stack.NumHooks]int{stack.Prerouting: stack.HookUnset, stack.Input: 0, stack.Forward: 2, stack.Output: 3, stack.Postrouting: stack.HookUnset},
	}, false)
	if !masquerade {
		return
	}
	outward := stack.EmptyFilter4()
	outward.Src, outward.SrcMask = address(private.Addr()), tcpip.AddrFrom4([4]byte{255, 255, 255, 0})
	hide := stack.Rule{Filter: outward, Target: &stack.MasqueradeTarget{NetworkProtocol: ipv4.ProtocolNumber}}
	s.IPTables().ReplaceTable(stack.NATID, stack.Table{
		Rules:         []stack.Rule{all, all, all, hide, all, fault},
		BuiltinChains: [stack.NumHooks]int{stack.Prerouting: 0, stack.Input: 1, stack.Forward: stack.HookUnset, stack.Output: 2, stack.Postrouting: 3},
		Underflows:    [stack.NumHooks]int{stack.Prerouting: 0, stack.Input: 1, stack.Forward: stack.HookUnset, stack.Output: 2, stack.Postrouting: 4},
	}, false)
}

// telnet matches what goes to TCP port 23.
type telnet struct{}

func (telnet) Match(_ stack.Hook, p *stack.PacketBuffer, _, _ string) (matches, hotdrop bool) {
	t := header.TCP(p.TransportHeader().Slice())
	return p.TransportProtocolNumber == header.TCPProtocolNumber && len(t) >= header.TCPMinimumSize && t.DestinationPort() == 23, false
}

// through has a packet arrive at one link and looks whether it is at the other.
// left is it, if it is the first of a connection: to copy the others out is nobody
// else's work either.
func through(links [nics]*channel.Endpoint, left *[]byte) func(int, []byte) bool {
	return func(side int, packet []byte) bool {
		p := stack.NewPacketBuffer(stack.PacketBufferOptions{Payload: buffer.MakeWithData(packet)})
		links[side].InjectInbound(ipv4.ProtocolNumber, p)
		p.DecRef()
		q := links[1-side].Read()
		if q == nil {
			return false
		}
		if t := header.TCP(packet[header.IPv4MinimumSize:]); packet[9] == uint8(header.TCPProtocolNumber) && t.Flags() == header.TCPFlagSyn {
			*left = q.ToView().AsSlice()
		}
		q.DecRef()
		return true
	}
}
