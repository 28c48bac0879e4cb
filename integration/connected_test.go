package integration

import (
	"net"
	"net/netip"
	"testing"

	"sallyport/appliance/lab"
)

// connected returns both ends of a TCP connection from one host to another, which
// is closed when the test ends.
func connected(t *testing.T, from, to *lab.Host, addr netip.Addr, port int) (client, server net.Conn) {
	t.Helper()
	listener := listen(t, to, port)
	err := from.Do(func() (err error) {
		client, err = net.DialTimeout("tcp", netip.AddrPortFrom(addr, uint16(port)).String(), patience)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	if server, err = listener.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	return client, server
}
