package netstack

// sumKind is how a transport protocol sums.
type sumKind uint8

const (
	noSum      sumKind = iota
	plain              // the message alone: ICMP
	withPseudo         // the message and a pseudo-header: TCP, DCCP, ICMPv6
	optional           // withPseudo; a field of 0 means none, so 0 is sent as 0xFFFF: UDP
	crc32c             // the message alone, by CRC32c: SCTP
)

// transportSum is how a transport protocol sums, and where from the start of
// its header it keeps the result.
type transportSum struct {
	kind   sumKind
	offset uint8
}

var sums = [1 << 8]transportSum{
	TCP:     {withPseudo, 16},
	DCCP:    {withPseudo, 6},
	UDP:     {optional, 6},
	UDPLite: {optional, 6},
	ICMP:    {plain, 2},
	ICMPv6:  {withPseudo, 2},
	SCTP:    {crc32c, sctpChecksum},
}

// sumOf returns how proto sums over this IP version. One version's ICMP is no
// known protocol over the other.
func sumOf(proto Protocol, version uint8) transportSum {
	if proto == ICMP && version == 6 || proto == ICMPv6 && version == 4 {
		return transportSum{}
	}
	return sums[proto]
}

// update adds what the pseudo-header and the message have changed by to the
// checksum of the message t, which may be cut off before it.
func (s transportSum) update(t []byte, pseudo, message delta) {
	if int(s.offset)+2 > len(t) {
		return
	}
	field := t[s.offset:]
	switch s.kind {
	case plain:
		addTo(field, message)
	case withPseudo:
		addTo(field, pseudo+message)
	case optional:
		addToOptional(field, pseudo+message)
	}
}
