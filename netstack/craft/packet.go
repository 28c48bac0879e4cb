package craft

import (
	"errors"
	"fmt"
	"net/netip"

	"sallyport/netstack"
)

// Packet describes a packet.
type Packet struct {
	Protocol         netstack.Protocol
	Src, Dst         netip.Addr // of one family
	SrcPort, DstPort uint16     // of protocols that have ports
	Flags            uint8      // of TCP, as in the header
	Seq, Ack         uint32     // of TCP; of SCTP, Seq is the verification tag
	Window           uint16     // of TCP
	Type, Code       uint8      // of ICMP and ICMPv6
	ID               uint16     // of an ICMP query or its reply
	TTL              uint8
	DontFragment     bool // of IPv4
	// Size is how long the packet is in bytes, its IP header included. What is less
	// than its headers need means as much as they need; an SCTP INIT has its own.
	Size int
	// Quoted is the packet that an ICMP error is about.
	Quoted *Packet
}

var (
	errNoAddress   = errors.New("source and destination are both needed")
	errTwoFamilies = errors.New("source and destination are of two families")
)

// Bytes returns the packet from its IP header on, with right checksums.
func (p Packet) Bytes() ([]byte, error) {
	switch {
	case !p.Src.IsValid() || !p.Dst.IsValid():
		return nil, errNoAddress
	case p.Src.Is4() != p.Dst.Is4():
		return nil, errTwoFamilies
	case p.Size > netstack.MaxPacket:
		return nil, fmt.Errorf("%d bytes are more than the %d of the largest packet", p.Size, netstack.MaxPacket)
	}
	quote, err := p.quote()
	if err != nil {
		return nil, err
	}
	message := append(p.transport(), quote...)
	if missing := p.Size - p.headerSize() - len(message); missing > 0 && p.Protocol != netstack.SCTP {
		message = append(message, make([]byte, missing)...)
	}
	if len(message)+p.headerSize() > netstack.MaxPacket {
		return nil, errors.New("the packet that it quotes is too large to be quoted")
	}
	p.finish(message)
	return append(p.header(len(message)), message...), nil
}

// quote is what an ICMP error quotes: as much as a router would that is short of
// room (RFC 792), or all, if that is less.
func (p Packet) quote() ([]byte, error) {
	if p.Quoted == nil {
		return nil, nil
	}
	b, err := p.Quoted.Bytes()
	if err != nil {
		return nil, fmt.Errorf("the packet that it quotes: %w", err)
	}
	if p.Quoted.Src.Is4() != p.Src.Is4() {
		return nil, fmt.Errorf("the packet that it quotes: %w", errTwoFamilies)
	}
	return b[:min(len(b), p.Quoted.headerSize()+quotedTransport)], nil
}

// quotedTransport is how much of the transport header a quotation has here: all
// of TCP's.
const quotedTransport = 20
