package nettest

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"strings"

	"sallyport/netstack"
)

// template is a packet before it is built.
type template struct {
	src, dst   netip.AddrPort
	proto      netstack.Protocol
	ttl, tos   uint8
	id         uint16
	df         bool
	ipOptions  []byte
	extensions []extension
	fragment   *fragment

	transport func(*template) []byte // header and payload, checksum field 0
	payload   []byte

	flags      uint8
	seq, ack   uint32
	window     uint16
	tcpOptions []byte

	icmpType, icmpCode uint8
	icmpRest           [4]byte

	checksum checksumMode
	gsoSize  uint16
	trailer  []byte
}

type checksumMode uint8

const (
	fullChecksum checksumMode = iota
	partialChecksum
	noChecksum
	wrongChecksum
)

type extension struct {
	kind netstack.Protocol
	body []byte // what follows the next header byte
}

type fragment struct {
	offset int
	more   bool
	id     uint32
}

// Option changes the template that a packet is built from.
type Option func(*template)

// newTemplate reads "addr:port" or, without ports, "addr".
func newTemplate(proto netstack.Protocol, src, dst string) *template {
	return &template{src: endpoint(src), dst: endpoint(dst), proto: proto, ttl: 64, window: 65535}
}

func endpoint(s string) netip.AddrPort {
	if a, err := netip.ParseAddr(s); err == nil {
		return netip.AddrPortFrom(a, 0)
	}
	a, err := netip.ParseAddrPort(s)
	if err != nil {
		panic(fmt.Sprintf("nettest: endpoint %q: %v", s, err))
	}
	return a
}

func build(t *template, with []Option) Packet {
	for _, o := range with {
		o(t)
	}
	if t.src.Addr().Is4() != t.dst.Addr().Is4() {
		panic(fmt.Sprintf("nettest: %v and %v are of two families", t.src, t.dst))
	}
	if t.src.Addr().Is4() {
		return t.build4()
	}
	return t.build6()
}

// ports starts a header with them.
func (t *template) ports(size int) []byte {
	b := make([]byte, size, size+len(t.payload))
	binary.BigEndian.PutUint16(b, t.src.Port())
	binary.BigEndian.PutUint16(b[2:], t.dst.Port())
	return b
}

var flagLetters = "FSRPAUEC"

// parseFlags reads "SA" as SYN and ACK; "" is no flag.
func parseFlags(letters string) (flags uint8) {
	for _, l := range letters {
		i := strings.IndexRune(flagLetters, l)
		if i < 0 {
			panic(fmt.Sprintf("nettest: TCP flag %q: want letters of %q", l, flagLetters))
		}
		flags |= 1 << i
	}
	return flags
}
