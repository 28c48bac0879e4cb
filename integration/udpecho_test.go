package integration

import (
	"bytes"
	"errors"
	"net"
	"net/netip"
	"strconv"
	"testing"
	"time"

	"sallyport/appliance/lab"
)

// serveUDPEcho sends back whatever comes to a port, until the test ends.
func serveUDPEcho(t *testing.T, h *lab.Host, port int) {
	t.Helper()
	var conn net.PacketConn
	err := h.Do(func() (err error) {
		conn, err = net.ListenPacket("udp", ":"+strconv.Itoa(port))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	go func() {
		for buf := make([]byte, 65536); ; {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			_, _ = conn.WriteTo(buf[:n], from)
		}
	}()
}

// echoed wants datagrams of these sizes to come back as they went.
func echoed(t *testing.T, from *lab.Host, to netip.Addr, sizes ...int) {
	t.Helper()
	for _, size := range sizes {
		if err := udpEcho(from, netip.AddrPortFrom(to, iperfPort), size); err != nil {
			t.Errorf("%d bytes to %v and back: %v", size, to, err)
		}
	}
}

// udpEcho sends a datagram, and returns an error if it does not come back within
// three seconds.
func udpEcho(from *lab.Host, to netip.AddrPort, size int) error {
	var conn net.Conn
	err := from.Do(func() (err error) {
		conn, err = net.Dial("udp", to.String())
		return err
	})
	if err != nil {
		return err
	}
	defer conn.Close()
	got := make([]byte, 65536)
	_ = conn.SetDeadline(time.Now().Add(3 * time.Second))
	if _, err := conn.Write(bulk()[:size]); err != nil {
		return err
	}
	n, err := conn.Read(got)
	if err == nil && !bytes.Equal(got[:n], bulk()[:size]) {
		return errors.New("another datagram came back")
	}
	return err
}
