package netstack

import (
	"encoding/binary"

	"gvisor.dev/gvisor/pkg/tcpip/checksum"
)

// ipv4Checksum is where the IPv4 header has its checksum.
const ipv4Checksum = 10

// addTo adds delta to what the Internet checksum that b starts with sums up
// (RFC 1624, equation 3).
func addTo(b []byte, delta uint16) {
	field := binary.BigEndian.Uint16(b)
	binary.BigEndian.PutUint16(b, ^checksum.Combine(^field, delta))
}
