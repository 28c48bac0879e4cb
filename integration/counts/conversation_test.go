package counts

import (
	"errors"
	"net"
	"testing"
	"time"

	"sallyport/appliance/lab"
)

// conversation is a flow of datagrams through the firewall.
type conversation struct {
	client net.Conn
	server *net.UDPConn
}

func (f firewall) conversation(t *testing.T, l *lab.Lab) (c conversation) {
	t.Helper()
	err := l.Outside.Do(func() (err error) {
		c.server, err = net.ListenUDP("udp4", &net.UDPAddr{IP: l.Outside.IPv4().AsSlice()})
		return err
	})
	if err == nil {
		err = l.Inside.Do(func() (err error) {
			c.client, err = net.Dial("udp4", c.server.LocalAddr().String())
			return err
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.client.Close(); c.server.Close() })
	return c
}

// exchange sends datagrams there and back, one at a time.
func (c conversation) exchange(t *testing.T, n int) {
	t.Helper()
	b := make([]byte, 64)
	deadline := time.Now().Add(20 * time.Second)
	if err := errors.Join(c.client.SetDeadline(deadline), c.server.SetDeadline(deadline)); err != nil {
		t.Fatal(err)
	}
	for range n {
		_, sent := c.client.Write(b)
		_, from, received := c.server.ReadFrom(b)
		if err := errors.Join(sent, received); err != nil {
			t.Fatal(err)
		}
		_, answered := c.server.WriteTo(b, from)
		_, err := c.client.Read(b)
		if err := errors.Join(answered, err); err != nil {
			t.Fatal(err)
		}
	}
}

// burst sends datagrams while the firewall is stopped, and waits for them.
func (c conversation) burst(t *testing.T, f firewall, n int) {
	t.Helper()
	b := make([]byte, 64)
	f.paused(t, func() {
		for range n {
			if _, err := c.client.Write(b); err != nil {
				t.Fatal(err)
			}
		}
	})
	for range n {
		if _, err := c.server.Read(b); err != nil {
			t.Fatal(err)
		}
	}
}
