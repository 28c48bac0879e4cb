package tun

import (
	"bytes"
	"net"
	"testing"
	"time"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

// The kernel has .1 and ::1 of the prefixes; the tests are .2 and ::2.
const (
	prefix4, kernel4, peer4 = "10.1.0.1/24", "10.1.0.1", "10.1.0.2"
	prefix6, kernel6, peer6 = "fd00:1::1/64", "fd00:1::1", "fd00:1::2"
)

func TestUDPFromKernel(t *testing.T) {
	eachDriver(t, func(t *testing.T, driver Driver) {
		d := openUp(t, Options{Name: "door", Driver: driver}, prefix4, prefix6)
		for _, peer := range []string{peer4, peer6} {
			conn := must(net.Dial("udp", net.JoinHostPort(peer, "7")))(t)
			defer conn.Close()
			must(conn.Write([]byte("knock")))(t)
			f := next(t, d.Queue(0), protocol(netstack.UDP))
			if !bytes.HasSuffix(f.Bytes(), []byte("knock")) {
				t.Errorf("to %s: % x", peer, f.Bytes())
			}
			nettest.CheckSums(t, f.Bytes(), f.Offload)
			if driver != Vnet && f.Offload != (netstack.Offload{}) {
				t.Errorf("to %s: offload %+v on a driver without", peer, f.Offload)
			}
		}
	})
}

func TestPing(t *testing.T) {
	eachDriver(t, func(t *testing.T, driver Driver) {
		d := openUp(t, Options{Name: "door", Driver: driver}, prefix4)
		conn := must(net.Dial("ip4:icmp", peer4))(t)
		defer conn.Close()
		request := nettest.ICMPEcho(kernel4, peer4).Bytes[20:]
		must(conn.Write(request))(t)
		f := next(t, d.Queue(0), protocol(netstack.ICMP))
		if got := f.Bytes()[20:]; !bytes.Equal(got, request) {
			t.Fatalf("request % x, want % x", got, request)
		}
		send(t, d, nettest.ICMPEchoReply(peer4, kernel4))
		reply := nettest.ICMPEchoReply(peer4, kernel4).Bytes[20:]
		if got := read(t, conn); !bytes.HasSuffix(got, reply) {
			t.Errorf("reply % x, want % x", got, reply)
		}
	})
}

func TestUDPToKernel(t *testing.T) {
	eachDriver(t, func(t *testing.T, driver Driver) {
		d := openUp(t, Options{Name: "door", Driver: driver}, prefix4, prefix6)
		for _, pair := range [][2]string{{peer4, kernel4}, {peer6, kernel6}} {
			conn := must(net.ListenPacket("udp", net.JoinHostPort(pair[1], "7")))(t).(*net.UDPConn)
			defer conn.Close()
			send(t, d, nettest.UDP(net.JoinHostPort(pair[0], "9"), net.JoinHostPort(pair[1], "7"), nettest.PayloadBytes([]byte("knock"))))
			if got := read(t, conn); string(got) != "knock" {
				t.Errorf("from %s: %q", pair[0], got)
			}
		}
	})
}

// A device carries the checksum that is left to it, or finishes it first.
func TestPartialChecksumToKernel(t *testing.T) {
	eachDriver(t, func(t *testing.T, driver Driver) {
		d := openUp(t, Options{Name: "door", Driver: driver}, prefix4)
		conn := must(net.ListenPacket("udp", kernel4+":7"))(t).(*net.UDPConn)
		defer conn.Close()
		send(t, d, nettest.UDP(peer4+":9", kernel4+":7", nettest.PayloadBytes([]byte("knock")), nettest.Partial()))
		if got := read(t, conn); string(got) != "knock" {
			t.Errorf("%q", got)
		}
	})
}

// What the device cannot carry is counted, and what follows it is sent.
func TestSendRefuses(t *testing.T) {
	eachDriver(t, func(t *testing.T, driver Driver) {
		d := openUp(t, Options{Name: "door", Driver: driver}, prefix4)
		conn := must(net.ListenPacket("udp", kernel4+":7"))(t).(*net.UDPConn)
		defer conn.Close()
		good := nettest.UDP(peer4+":9", kernel4+":7", nettest.PayloadBytes([]byte("knock"))).Frame()
		noPacket := newFrame([]byte{0x00, 1, 2, 3}, netstack.Offload{})
		empty := newFrame(nil, netstack.Offload{})
		unknownGSO := newFrame(good.Bytes(), netstack.Offload{GSOType: 77, GSOSize: 100})
		batch := []*netstack.Frame{empty, noPacket, unknownGSO, good}
		if refused, err := d.Queue(0).Send(batch); refused != 3 || err != nil {
			t.Errorf("Send: %d refused, %v; want 3", refused, err)
		}
		if got := read(t, conn); string(got) != "knock" {
			t.Errorf("%q", got)
		}
	})
}

func TestSendWhileDown(t *testing.T) {
	eachDriver(t, func(t *testing.T, driver Driver) {
		d := open(t, Options{Name: "door", Driver: driver})
		batch := []*netstack.Frame{nettest.ICMPEcho(peer4, kernel4).Frame(), nettest.ICMPEcho(peer6, kernel6).Frame()}
		if refused, err := d.Queue(0).Send(batch); refused != 2 || err != nil {
			t.Errorf("Send: %d refused, %v; want 2", refused, err)
		}
		if n, err := d.Queue(0).Receive(frames(2)); n != 0 || err != nil {
			t.Errorf("Receive: %d, %v; want nothing", n, err)
		}
	})
}

// A datagram whose checksum comes out as 0 has 0xFFFF in its header, where the
// driver is who finishes it.
func TestUDPComputedZero(t *testing.T) {
	eachDriver(t, func(t *testing.T, driver Driver) {
		if driver == Vnet {
			t.Skip("leaves checksums as they are")
		}
		d := openUp(t, Options{Name: "door", Driver: driver}, prefix6)
		conn := must(net.Dial("udp", "["+peer6+"]:7"))(t)
		defer conn.Close()
		must(conn.Write([]byte{0, 0}))(t)
		sum := next(t, d.Queue(0), protocol(netstack.UDP)).Bytes()[46:48]
		must(conn.Write(sum))(t) // added to all that it complements, it makes 0
		if got := next(t, d.Queue(0), protocol(netstack.UDP)).Bytes()[46:48]; !bytes.Equal(got, []byte{0xff, 0xff}) {
			t.Errorf("checksum % x, want ff ff", got)
		}
	})
}

// protocol is a filter for next: whole packets of p, without extension headers.
func protocol(p netstack.Protocol) func(*netstack.Frame) bool {
	return func(f *netstack.Frame) bool {
		at := 9
		if f.Bytes()[0]>>4 == 6 {
			at = 6
		}
		return f.Bytes()[at] == byte(p)
	}
}

func send(t testing.TB, d *Device, p nettest.Packet) {
	t.Helper()
	if refused, err := d.Queue(0).Send([]*netstack.Frame{p.Frame()}); refused != 0 || err != nil {
		t.Fatalf("Send: %d refused, %v", refused, err)
	}
}

func read(t testing.TB, conn net.Conn) []byte {
	t.Helper()
	check(t, conn.SetReadDeadline(time.Now().Add(patience)))
	b := make([]byte, 2048)
	return b[:must(conn.Read(b))(t)]
}
