package tun

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

// udp6 is a datagram over IPv6; its checksum is bytes 46 and 47.
func udp6(payload []byte, with ...nettest.Option) []byte {
	return nettest.UDP("[fd00::1]:1", "[fd00::2]:2", append(with, nettest.PayloadBytes(payload))...).Bytes
}

// sumsToZero is a datagram whose checksum is computed as 0, and has that in it:
// its payload is the checksum of the same one with a payload of 0.
func sumsToZero() []byte {
	b := udp6(udp6([]byte{0, 0})[46:48])
	b[46], b[47] = 0, 0
	return b
}

// liesOfItsLength says that it is two bytes longer than it is, and still sums
// to zero.
func liesOfItsLength() []byte {
	b := sumsToZero()
	binary.BigEndian.PutUint16(b[44:], binary.BigEndian.Uint16(b[44:])+2)
	binary.BigEndian.PutUint16(b[48:], binary.BigEndian.Uint16(b[48:])-2)
	return b
}

func TestRestoreUDPChecksum(t *testing.T) {
	for _, c := range []struct {
		name   string
		packet []byte
		want   []byte
	}{
		{"computed as 0", sumsToZero(), []byte{0xff, 0xff}},
		{"none", udp6([]byte("knock"), nettest.NoChecksum()), []byte{0, 0}},
		{"right", udp6([]byte{0, 0}), udp6([]byte{0, 0})[46:48]},
		{"of another length", liesOfItsLength(), []byte{0, 0}},
		{"0 in a TCP header", slices.Concat(sumsToZero()[:6], []byte{6}, sumsToZero()[7:]), []byte{0, 0}},
	} {
		restoreUDPChecksum(c.packet)
		if got := c.packet[46:48]; !bytes.Equal(got, c.want) {
			t.Errorf("%s: % x, want % x", c.name, got, c.want)
		}
	}
}

// Whatever comes, nothing changes but a UDP checksum that is wrong before and
// right after.
func FuzzRestoreUDPChecksum(f *testing.F) {
	f.Add(sumsToZero())
	f.Add(liesOfItsLength())
	f.Add(udp6([]byte("knock"), nettest.NoChecksum()))
	f.Add(nettest.UDP("10.1.0.1:1", "10.1.0.2:2", nettest.NoChecksum()).Bytes)
	f.Fuzz(func(t *testing.T, b []byte) {
		before := slices.Clone(b)
		restoreUDPChecksum(b)
		if bytes.Equal(b, before) {
			return
		}
		if nettest.VerifySums(before, netstack.Offload{}) == nil {
			t.Errorf("was right: % x", before)
		}
		nettest.CheckSums(t, b, netstack.Offload{})
		if !bytes.Equal(b[:46], before[:46]) || !bytes.Equal(b[48:], before[48:]) {
			t.Errorf("% x became % x", before, b)
		}
	})
}

// A device without offloads gets what it can carry.
func TestFinish(t *testing.T) {
	for _, c := range []struct {
		name   string
		packet nettest.Packet
		want   bool
	}{
		{"complete", nettest.UDP("10.1.0.1:1", "10.1.0.2:2"), true},
		{"partial", nettest.UDP("10.1.0.1:1", "10.1.0.2:2", nettest.Partial()), true},
		{"super-packet", nettest.TCP("10.1.0.1:1", "10.1.0.2:2", nettest.Payload(300), nettest.GSO(100)), false},
		{"partial, beyond its end", nettest.Packet{
			Bytes:   nettest.UDP("10.1.0.1:1", "10.1.0.2:2").Bytes,
			Offload: netstack.Offload{Flags: netstack.NeedsCsum, CsumStart: 20, CsumOffset: 7},
		}, false},
	} {
		f := c.packet.Frame()
		if got := finish(f); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
		if c.want {
			nettest.CheckSums(t, f.Bytes(), f.Offload)
		}
	}
}
