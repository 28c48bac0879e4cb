package explain

import (
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"strings"

	"sallyport/appliance/control"
	"sallyport/appliance/enforce"
	"sallyport/conf"
	"sallyport/netstack"
)

// Ask answers a question. An error is the question's.
func (fw *Firewall) Ask(q control.Question, box *enforce.Box) (control.Explanation, error) {
	in, err := sideOf(q.In)
	if err != nil {
		return control.Explanation{}, err
	}
	var packet []byte
	if q.Hex != "" {
		packet, err = ParseHex(q.Hex)
	} else {
		packet, err = fw.craft(in, q.Packet, box)
	}
	if err != nil {
		return control.Explanation{}, err
	}
	return fw.Explain(in, packet), nil
}

func sideOf(s string) (netstack.Side, error) {
	for side := range netstack.Side(netstack.Sides) {
		if s == side.String() {
			return side, nil
		}
	}
	return 0, fmt.Errorf("%q is no side that packets arrive on; want \"inside\" or \"outside\"", s)
}

// craft makes the packet that is spoken of. One of a conversation that there is
// has the numbers that it would have, if none are given.
func (fw *Firewall) craft(in netstack.Side, words string, box *enforce.Box) ([]byte, error) {
	p, err := conf.ParseProbe(words)
	if err != nil {
		return nil, err
	}
	made, err := p.Craft(func(v4 bool) netip.Addr { return box.Own(in, v4) })
	if err != nil {
		return nil, err
	}
	if p.Protocol == netstack.TCP && !p.SeqSaid && !p.AckSaid && made.Flags&syn == 0 {
		k := netstack.FlowKey{Src: netstack.AddrFrom(made.Src), Dst: netstack.AddrFrom(made.Dst),
			SrcPort: made.SrcPort, DstPort: made.DstPort, Proto: netstack.TCP, In: in}
		if seq, ack, ok := fw.Engine.Table.Expects(k, fw.Now()); ok {
			made.Seq, made.Ack = seq, ack
		}
	}
	return made.Bytes()
}

const syn = 2

// hexLine is a line of tcpdump's or of xxd's, with its offset and perhaps with
// what it is as text at the end.
var hexLine = regexp.MustCompile(`^\s*(?:0x)?[0-9a-fA-F]{4,8}:\s+`)

// ParseHex reads a packet that starts with its IP header, or with an Ethernet
// header: as digits, in groups or not, or in lines as tcpdump -x, -xx, -X and xxd
// print them.
func ParseHex(s string) ([]byte, error) {
	var digits strings.Builder
	for line := range strings.Lines(s) {
		at := hexLine.FindString(line)
		if line = line[len(at):]; at != "" {
			line, _, _ = strings.Cut(line, "  ") // the text
		}
		for word := range strings.FieldsSeq(line) {
			digits.WriteString(strings.TrimPrefix(word, "0x"))
		}
	}
	b, err := hex.DecodeString(digits.String())
	switch {
	case err != nil:
		return nil, fmt.Errorf("this is no packet in hex: %w", err)
	case len(b) > netstack.MaxPacket:
		return nil, fmt.Errorf("%d bytes are more than the %d of the largest packet", len(b), netstack.MaxPacket)
	case len(b) == 0:
		return nil, errors.New("a packet without bytes")
	}
	return withoutEthernet(b), nil
}

// withoutEthernet cuts an Ethernet header off, with its VLAN tags: what starts an
// IP packet has its version first, and a version's EtherType is not far.
func withoutEthernet(b []byte) []byte {
	if b[0]>>4 == 4 && b[0]&15 >= 5 || b[0]>>4 == 6 && len(b) >= 40 && !isEthernet(b) {
		return b
	}
	for at := 12; at+2 <= len(b) && at <= 20; at += 4 {
		switch kind := uint16(b[at])<<8 | uint16(b[at+1]); kind {
		case 0x0800, 0x86dd:
			return b[at+2:]
		case 0x8100, 0x88a8:
			continue
		}
		break
	}
	return b
}

// isEthernet reports whether b has the EtherType of an IP version and then that
// version.
func isEthernet(b []byte) bool {
	kind := uint16(b[12])<<8 | uint16(b[13])
	return kind == 0x0800 && b[14]>>4 == 4 || kind == 0x86dd && b[14]>>4 == 6
}
