package integration

import (
	"fmt"
	"net"
	"net/netip"
	"syscall"
	"testing"
	"time"

	"sallyport/appliance/lab"
)

// A burst is what waits for the firewall while it is stopped: less than its
// device queues.
const burst, bursts, datagramSize = 40, 10, 64

// TestBurstsArriveAsSent: datagrams that leave the firewall as one super-packet
// arrive as the datagrams that were sent. Where no link carries super-packets,
// they are on the wire one by one; where links do, one of them stays whole up to
// the receiver.
func TestBurstsArriveAsSent(t *testing.T) {
	need(t)
	for _, off := range []bool{true, false} {
		l := newLab(t, lab.Config{NoOffload: off})
		w := startFirewall(t, l, open("vnet"))
		for _, f := range families {
			t.Run(fmt.Sprintf("%s/offload=%v", f.name, !off), func(t *testing.T) {
				wire := capture(t, l.Outside)
				sent := w.sendBursts(t, l.Inside, receive(t, l.Outside, f.of(l.Outside)))
				largest := wantOnWire(t, wire, sent, off)
				if merged := largest > datagramSize+48; merged == off {
					t.Errorf("the largest packet at the far end had %d bytes", largest)
				}
			})
		}
		if inside, _ := w.stats(); inside["passed"] < 2*burst*bursts {
			t.Errorf("%d packets counted, of %d", inside["passed"], 2*burst*bursts)
		}
	}
}

// receive opens a socket for datagrams.
func receive(t *testing.T, h *lab.Host, addr netip.Addr) *net.UDPConn {
	t.Helper()
	var conn *net.UDPConn
	err := h.Do(func() (err error) {
		conn, err = net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(addr, iperfPort)))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// sendBursts sends numbered datagrams, a burst at a time while the firewall is
// stopped, wants each to arrive unaltered and in its turn, and returns their
// number.
func (f *firewall) sendBursts(t *testing.T, from *lab.Host, to *net.UDPConn) (sent int) {
	t.Helper()
	var conn net.Conn
	err := from.Do(func() (err error) {
		conn, err = net.Dial("udp", to.LocalAddr().String())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for range bursts {
		f.paused(t, func() {
			for i := range burst {
				if _, err := conn.Write(numbered(sent + i)); err != nil {
					t.Fatal(err)
				}
			}
		})
		for range burst {
			wantNext(t, to, numbered(sent))
			sent++
		}
	}
	return sent
}

// paused does something while the firewall does nothing.
func (f *firewall) paused(t *testing.T, do func()) {
	t.Helper()
	if err := f.cmd.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := f.cmd.Signal(syscall.SIGCONT); err != nil {
			t.Fatal(err)
		}
	}()
	do()
}

// numbered is the payload of datagram i.
func numbered(i int) []byte {
	b := fmt.Appendf(nil, "datagram %d ", i)
	for len(b) < datagramSize {
		b = append(b, byte(i*len(b)))
	}
	return b
}

func wantNext(t *testing.T, conn *net.UDPConn, want []byte) {
	t.Helper()
	b := make([]byte, 65536)
	_ = conn.SetReadDeadline(time.Now().Add(patience))
	n, err := conn.Read(b)
	if err != nil {
		t.Fatal(err)
	}
	if string(b[:n]) != string(want) {
		t.Fatalf("received % x, want % x", b[:n], want)
	}
}
