package state

import (
	"encoding/binary"

	"sallyport/netstack"
)

// Chunk types (RFC 9260 3.2) that matter to the tracker.
const (
	chunkInit             = 1
	chunkInitAck          = 2
	chunkAbort            = 6
	chunkShutdown         = 7
	chunkShutdownAck      = 8
	chunkCookieEcho       = 10
	chunkShutdownComplete = 14
)

const (
	chunkHeader = 4    // type, flags, length
	initLength  = 20   // of an INIT or INIT-ACK without parameters
	tBit        = 0x01 // of ABORT and SHUTDOWN-COMPLETE
)

// chunks is what the tracker wants of an SCTP packet.
type chunks struct {
	tag       uint32 // that the packet carries
	initTag   uint32 // that an INIT or INIT-ACK tells
	types     uint32 // a bit for each type below 32 that is there
	alone     bool   // there is one chunk
	reflected bool   // of ABORT and SHUTDOWN-COMPLETE: the T bit
}

func (c *chunks) has(kind uint8) bool { return c.types>>kind&1 != 0 }

// isInit reports whether the packet is an INIT as it must be: alone, with no
// tag, and telling one.
func (c *chunks) isInit() bool {
	return c.has(chunkInit) && c.alone && c.tag == 0 && c.initTag != 0
}

// chunksOf walks the chunks of p, which has SCTP's common header; false if they
// cannot be walked to the end, or there is none.
func chunksOf(p *netstack.Packet) (c chunks, ok bool) {
	b := p.Bytes()
	c.tag = binary.BigEndian.Uint32(b[p.Transport+4:])
	n := 0
	for b = b[p.Payload:]; len(b) > 0; n++ {
		if len(b) < chunkHeader {
			return c, false
		}
		length := int(binary.BigEndian.Uint16(b[2:]))
		if length < chunkHeader || length > len(b) || !c.add(b[:length]) {
			return c, false
		}
		b = b[min((length+3)&^3, len(b)):] // padded to four bytes, but for the last perhaps
	}
	c.alone = n == 1
	return c, n > 0
}

// add takes one chunk in, and reports false if it is too short to be one.
func (c *chunks) add(b []byte) bool {
	switch kind := b[0]; kind {
	case chunkInit, chunkInitAck:
		if len(b) < initLength {
			return false
		}
		c.initTag = binary.BigEndian.Uint32(b[chunkHeader:])
	case chunkAbort, chunkShutdownComplete:
		c.reflected = c.reflected || b[1]&tBit != 0
	}
	if b[0] < 32 {
		c.types |= 1 << b[0]
	}
	return true
}
