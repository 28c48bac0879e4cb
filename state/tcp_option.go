package state

import (
	"encoding/binary"

	"gvisor.dev/gvisor/pkg/tcpip/header"
)

// noScale says that a SYN had no window scale option.
const noScale = 0xff

// windowScale returns the window scale option's shift, at most 14 (RFC 7323
// 2.3), or noScale.
func windowScale(options []byte) uint8 {
	for len(options) > 0 {
		var o []byte
		if o, options = option(options); len(o) == header.TCPOptionWSLength && o[0] == header.TCPOptionWS {
			return min(o[2], header.MaxWndScale)
		}
	}
	return noScale
}

// sackEdge returns the highest sequence number that the options acknowledge
// selectively (RFC 2018), or ack if that is higher. A block of what has already
// been acknowledged (RFC 2883) is lower.
func sackEdge(options []byte, ack uint32) uint32 {
	if len(options) == header.TCPOptionTSLength+2 && binary.BigEndian.Uint32(options) == timestampsAlone {
		return ack
	}
	var ahead int32
	for len(options) > 0 {
		var o []byte
		if o, options = option(options); len(o) > 2 && o[0] == header.TCPOptionSACK {
			for b := o[2:]; len(b) >= sackBlock; b = b[sackBlock:] {
				ahead = max(ahead, int32(binary.BigEndian.Uint32(b[4:])-ack))
			}
		}
	}
	return ack + uint32(ahead)
}

// timestampsAlone is what the options of nearly every segment begin with: two of
// padding, and the timestamps with their length (RFC 7323 A).
const timestampsAlone = header.TCPOptionNOP<<24 | header.TCPOptionNOP<<16 | header.TCPOptionTS<<8 | header.TCPOptionTSLength

// sackBlock is the length of a block: its two edges.
const sackBlock = 8

// option returns the first of the options, from its kind to its last byte, and
// the rest: nothing after the end of the list, or after an option that cannot be
// walked.
func option(options []byte) (first, rest []byte) {
	switch options[0] {
	case header.TCPOptionEOL:
		return nil, nil
	case header.TCPOptionNOP:
		return options[:1], options[1:]
	}
	if len(options) < 2 || options[1] < 2 || int(options[1]) > len(options) {
		return nil, nil
	}
	return options[:options[1]], options[options[1]:]
}
