package integration

import (
	"fmt"
	"net"
	"net/netip"
	"testing"
	"time"

	"sallyport/appliance/lab"
)

// absentConfig forwards a port to a host that is not there.
const absentConfig = `
[[nat]]
name         = "absent4"
type         = "dnat"
from         = "outside"
destination  = ["self"]
service      = ["tcp/8081"]
family       = "ipv4"
translate_to = "10.1.0.77:80"

[[nat]]
name         = "absent6"
type         = "dnat"
from         = "outside"
destination  = ["self"]
service      = ["tcp/8081"]
family       = "ipv6"
translate_to = "[fd00:1::77]:80"
`

const absentPort = 8081

// Test5508REQ5TargetThatIsDown: who connects to a forwarded port whose target is
// down is told so by the firewall's kernel, of the address that it knows.
func Test5508REQ5TargetThatIsDown(t *testing.T) {
	need(t)
	l := newLab(t, lab.Config{})
	startFirewall(t, l, open("auto")+absentConfig)
	for _, f := range families {
		gate := f.gate(l, outsideLeg)
		errors := listenICMP(t, l.Outside, f)
		knock(l.Outside, netip.AddrPortFrom(gate, absentPort))
		from, quoted := errors.next(t)
		if want := netip.AddrPortFrom(gate, absentPort); from != gate || quoted != want {
			t.Errorf("%s: %v said that %v is unreachable, want %v of itself", f.name, from, quoted, want)
		}
	}
}

// knock begins a connection that nobody answers; its SYN is sent again until
// something has.
func knock(from *lab.Host, to netip.AddrPort) {
	go func() {
		_ = from.Do(func() error {
			conn, err := net.DialTimeout("tcp", to.String(), patience)
			if err == nil {
				err = conn.Close()
			}
			return err
		})
	}()
}

// icmpListener hears the ICMP that comes to a host.
type icmpListener struct {
	*net.IPConn
	unreachable [2]byte // type and code of host unreachable
	dst, ports  int     // where the quoted packet has its destination and its ports
	size        int     // of an address
}

func listenICMP(t *testing.T, h *lab.Host, f family) *icmpListener {
	t.Helper()
	l := &icmpListener{unreachable: [2]byte{3, 1}, dst: 8 + 16, ports: 8 + 20, size: 4}
	network := "ip4:icmp"
	if f.name == "ipv6" {
		network = "ip6:ipv6-icmp"
		l.unreachable, l.dst, l.ports, l.size = [2]byte{1, 3}, 8+24, 8+40, 16
	}
	if err := h.Do(func() (err error) {
		l.IPConn, err = net.ListenIP(network, nil)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// next waits for a host unreachable, and returns who sent it and the destination
// of the packet that it quotes.
func (l *icmpListener) next(t *testing.T) (from netip.Addr, quoted netip.AddrPort) {
	t.Helper()
	_ = l.SetReadDeadline(time.Now().Add(patience))
	buf := make([]byte, 2048)
	for {
		n, who, err := l.ReadFromIP(buf)
		if err != nil {
			t.Fatal(fmt.Errorf("nobody says that the host is unreachable: %w", err))
		}
		if m := buf[:n]; n >= l.ports+4 && [2]byte(m) == l.unreachable {
			from, _ = netip.AddrFromSlice(who.IP)
			dst, _ := netip.AddrFromSlice(m[l.dst : l.dst+l.size])
			return from.Unmap(), netip.AddrPortFrom(dst, uint16(m[l.ports+2])<<8|uint16(m[l.ports+3]))
		}
	}
}
