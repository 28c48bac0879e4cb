package integration

import (
	"net/netip"
	"testing"

	"sallyport/appliance/lab"
)

// overlapping has the same network on both sides, and each knows the other's by
// another.
const overlapping = `
[inside]
interface = "eth0"
networks  = ["10.1.0.0/24"]
[outside]
interface = "eth1"
networks  = ["10.1.0.0/24", "192.0.2.0/24"]
[[rule]]
name    = "both"
service = ["tcp/80", "udp/4433", "icmp/echo-request"]
action  = "accept"
[[nat]]
name         = "them"
type         = "static"
from         = "outside"
to           = "inside"
source       = ["10.1.0.0/24"]
translate_to = "10.102.0.0/24"
[[nat]]
name         = "us"
type         = "static"
from         = "inside"
to           = "outside"
source       = ["10.1.0.0/24"]
destination  = ["10.1.0.0/24"]
translate_to = "10.101.0.0/24"
`

func Test4787REQ7NetworksWithTheSameAddresses(t *testing.T) {
	need(t, "curl", "ping", "ip")
	l := newLab(t, lab.Config{IPv4Only: true})
	addAddress(t, l.Outside, "10.1.0.20")
	if out, err := l.Firewall.Command("ip", "addr", "add", "10.1.0.2/24", "dev", "eth1").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, h := range []*lab.Host{l.Inside, l.Outside} {
		serveWeb(t, h, webPort)
		serveDatagrams(t, h, quicPort, func(b []byte) []byte { return b })
	}
	startFirewall(t, l, overlapping)
	there, here := netip.MustParseAddr("10.102.0.20"), netip.MustParseAddr("10.101.0.10")
	if as := whoAsks(t, l.Inside, "", there, webPort); as != "10.101.0.10" {
		t.Errorf("the inside is seen as %s", as)
	}
	if as := whoAsks(t, l.Outside, "10.1.0.20", here, webPort); as != "10.102.0.20" {
		t.Errorf("the outside is seen as %s", as)
	}
	exchangesDatagrams(t, l.Inside, there)
	ping(t, l.Inside, there)
	pinged(t, l.Outside, here, "-I", "10.1.0.20")
}
