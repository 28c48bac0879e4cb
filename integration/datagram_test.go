package integration

import (
	"bytes"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"sallyport/appliance/lab"
)

// serveDatagrams answers each datagram by what answer makes of it; nil: not. It
// has a socket for each address, so that each is answered from.
func serveDatagrams(t *testing.T, h *lab.Host, port int, answer func([]byte) []byte) {
	t.Helper()
	err := h.Do(func() error {
		addrs, err := net.InterfaceAddrs()
		for _, a := range addrs {
			ip := a.(*net.IPNet).IP
			if err != nil || ip.IsLoopback() || ip.IsLinkLocalUnicast() {
				continue
			}
			var c *net.UDPConn
			if c, err = net.ListenUDP("udp", &net.UDPAddr{IP: ip, Port: port}); err == nil {
				t.Cleanup(func() { _ = c.Close() })
				go answerDatagrams(c, answer)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func answerDatagrams(c *net.UDPConn, answer func([]byte) []byte) {
	for b := make([]byte, 2000); ; {
		n, from, err := c.ReadFrom(b)
		if err != nil {
			return
		}
		if reply := answer(b[:n]); reply != nil {
			_, _ = c.WriteTo(reply, from)
		}
	}
}

// theAnswer is what answerDNS says of every name.
var theAnswer = []byte{198, 51, 100, 77}

// answerDNS answers a query for an address (RFC 1035 4.1), and says of everything
// else that there is none.
func answerDNS(q []byte) []byte {
	const header = 12
	end := header + bytes.IndexByte(q[min(header, len(q)):], 0) + 5
	if len(q) < end || end < header+5 {
		return nil
	}
	r := append([]byte(nil), q[:end]...)
	r[2], r[3] = 0x85, 0x80               // an answer, with authority
	copy(r[6:], []byte{0, 0, 0, 0, 0, 0}) // records
	if q[end-4] == 0 && q[end-3] == 1 {   // A
		r[7] = 1
		r = append(r, 0xc0, header, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4)
		r = append(r, theAnswer...)
	}
	return r
}

// resolves asks the server for a name.
func resolves(t *testing.T, from *lab.Host, at netip.Addr) {
	t.Helper()
	out, err := from.Command("timeout", "10", "busybox", "nslookup", "www.example.net", bracketed(at)).CombinedOutput()
	if want := net.IP(theAnswer).String(); err != nil || !strings.Contains(string(out), want) {
		t.Errorf("nslookup: %v, %q, want %s", err, out, want)
	}
}

// exchangesDatagrams sends datagrams of the sizes that QUIC uses, up to what the
// link takes, with Don't Fragment, and wants each back as it was.
func exchangesDatagrams(t *testing.T, from *lab.Host, at netip.Addr) {
	t.Helper()
	var c net.Conn
	err := from.Do(func() (err error) {
		if c, err = net.Dial("udp", netip.AddrPortFrom(at, quicPort).String()); err != nil {
			return err
		}
		return dontFragment(c.(*net.UDPConn))
	})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	headers := 28
	if at.Is6() {
		headers = 48
	}
	for _, size := range []int{1200, 1252, 1350, 1357, 1500 - headers} {
		for i := range 20 {
			returns(t, c, bulk()[i*2000:i*2000+size])
		}
	}
}

func dontFragment(c *net.UDPConn) error {
	raw, err := c.SyscallConn()
	if err != nil {
		return err
	}
	controlErr := raw.Control(func(fd uintptr) {
		err = unix.SetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_MTU_DISCOVER, unix.IP_PMTUDISC_DO)
	})
	if controlErr != nil {
		return controlErr
	}
	return err
}

// returns wants a datagram back, as it was. What a loaded machine loses is sent
// again, and what then comes late is passed over.
func returns(t *testing.T, c net.Conn, sent []byte) {
	t.Helper()
	b := make([]byte, 2000)
	for range 5 {
		if _, err := c.Write(sent); err != nil {
			t.Fatalf("%d bytes: %v", len(sent), err)
		}
		_ = c.SetReadDeadline(time.Now().Add(time.Second))
		for n, err := c.Read(b); err == nil; n, err = c.Read(b) {
			if bytes.Equal(b[:n], sent) {
				return
			}
		}
	}
	t.Fatalf("%d bytes do not come back", len(sent))
}
