package doctor

import (
	"bufio"
	"encoding/binary"
	"encoding/hex"
	"io"
	"net/netip"
	"os"
	"strconv"
	"strings"
)

// States of /proc/net/tcp (include/net/tcp_states.h). A UDP socket that is not
// connected has the state of a closed TCP one.
const (
	tcpEstablished = 0x01
	tcpListen      = 0x0a
	udpUnconnected = 0x07
)

// socket is a line of /proc/net/tcp and its like.
type socket struct {
	local, remote netip.AddrPort
	state         uint8
}

// readSockets reads the tables of the calling thread's namespace; one that is
// not there, as without IPv6, has no sockets.
func readSockets(tables ...string) (all []socket) {
	for _, table := range tables {
		f, err := os.Open("/proc/thread-self/net/" + table)
		if err != nil {
			continue
		}
		all = append(all, parseSockets(f)...)
		f.Close()
	}
	return all
}

// parseSockets reads lines like
//
//	0: 0100007F:0035 00000000:0000 0A ...
//
// and skips what is none, as the heading.
func parseSockets(r io.Reader) (all []socket) {
	for lines := bufio.NewScanner(r); lines.Scan(); {
		w := strings.Fields(lines.Text())
		if len(w) < 4 {
			continue
		}
		local, ok1 := parseHexAddr(w[1])
		remote, ok2 := parseHexAddr(w[2])
		state, err := strconv.ParseUint(w[3], 16, 8)
		if ok1 && ok2 && err == nil {
			all = append(all, socket{local, remote, uint8(state)})
		}
	}
	return all
}

// parseHexAddr reads an address printed as 32-bit words of this machine's byte
// order, and a port.
func parseHexAddr(s string) (netip.AddrPort, bool) {
	text, portText, _ := strings.Cut(s, ":")
	port, err := strconv.ParseUint(portText, 16, 16)
	b, err2 := hex.DecodeString(text)
	if err != nil || err2 != nil || len(b)%4 != 0 {
		return netip.AddrPort{}, false
	}
	for i := 0; i < len(b); i += 4 {
		binary.NativeEndian.PutUint32(b[i:], binary.BigEndian.Uint32(b[i:]))
	}
	a, ok := netip.AddrFromSlice(b)
	return netip.AddrPortFrom(a.Unmap(), uint16(port)), ok
}
