package state

import (
	"encoding/binary"
	"fmt"

	"gvisor.dev/gvisor/pkg/tcpip/header"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

// flight is a segment under way, on one of the two hops of its direction.
type flight struct {
	wireSegment
	fromClient, hostile bool
	since               int
}

func (f *flight) options() []nettest.Option {
	o := []nettest.Option{nettest.Flags(flagLetters(f.flags)), nettest.Seq(f.seq), nettest.Ack(f.ack), nettest.Window(uint16(f.win))}
	if f.scale != noScale && f.has(syn) {
		o = append(o, nettest.TCPOptions(1, 3, 3, f.scale))
	}
	if len(f.sacks) > 0 {
		b := []byte{1, 1, 5, byte(2 + 8*len(f.sacks))}
		for _, s := range f.sacks {
			b = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(b, s[0]), s[1])
		}
		o = append(o, nettest.TCPOptions(b...))
	}
	return append(o, data(int(f.len)))
}

func flagLetters(flags header.TCPFlags) (letters string) {
	for i, l := range "FSRPAU" {
		if flags>>i&1 != 0 {
			letters += string(l)
		}
	}
	return letters
}

// packet is the segment on its way to the firewall, leaving from it.
func (f *flight) packet() (netstack.Side, nettest.Packet) {
	if f.fromClient {
		return inside, nettest.TCP("10.1.0.5:40000", "1.1.1.1:443", f.options()...)
	}
	return outside, nettest.TCP("1.1.1.1:443", "192.0.2.1:40000", f.options()...)
}

func (f *flight) leaving() (netstack.Side, nettest.Packet) {
	if f.fromClient {
		return outside, nettest.TCP("192.0.2.1:40000", "1.1.1.1:443", f.options()...)
	}
	return inside, nettest.TCP("1.1.1.1:443", "10.1.0.5:40000", f.options()...)
}

func (f *flight) String() string {
	who := "server"
	if f.fromClient {
		who = "client"
	}
	return fmt.Sprintf("%s's %s seq %d len %d ack %d win %d talk %d", who, flagLetters(f.flags), f.seq, f.len, f.ack, f.win, f.talk)
}
