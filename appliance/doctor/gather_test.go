package doctor

import (
	"net/netip"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestParseSSHConnection(t *testing.T) {
	for _, c := range []struct{ text, from, to string }{
		{"203.0.113.5 51515 192.0.2.1 22", "203.0.113.5:51515", "192.0.2.1:22"},
		{"fe80::1%eth0 51515 2001:db8::1 2222", "[fe80::1]:51515", "[2001:db8::1]:2222"},
		{"", "", ""},
		{"203.0.113.5 51515 192.0.2.1", "", ""},
		{"UNKNOWN 65535 UNKNOWN 65535", "", ""},
	} {
		l, ok := parseSSHConnection(c.text)
		if ok != (c.from != "") {
			t.Errorf("%q: %v", c.text, ok)
		}
		if ok && (l.From.String() != c.from || l.To.String() != c.to) {
			t.Errorf("%q: %+v", c.text, l)
		}
	}
}

// The addresses are words of the machine's order; these lines are of a
// little-endian one.
func TestParseSockets(t *testing.T) {
	if netip.MustParseAddr("1.0.0.0") != mustHex(t, "00000001:0000").Addr() {
		t.Skip("the lines are of a little-endian machine, and this is none")
	}
	const table = `  sl  local_address                         remote_address                        st
   0: 0100007F:0035 00000000:0000 0A 00000000:00000000 00:00000000
   1: 010200C0:0016 057100CB:C93B 01 00000000:00000000 00:00000000
   2: 0000000000000000FFFF0000010200C0:0016 0000000000000000FFFF0000057100CB:C93B 01 00000000:00000000
   3: B80D0120000000000000000001000000:01BB 00000000000000000000000000000000:0000 0A 00000000:00000000
   4: 0100007:0035 00000000:0000 0A
   5: 0100007F 00000000:0000 0A
nonsense
`
	port := netip.MustParseAddrPort
	want := []socket{
		{port("127.0.0.1:53"), port("0.0.0.0:0"), tcpListen},
		{port("192.0.2.1:22"), port("203.0.113.5:51515"), tcpEstablished},
		{port("192.0.2.1:22"), port("203.0.113.5:51515"), tcpEstablished},
		{port("[2001:db8::1]:443"), port("[::]:0"), tcpListen},
	}
	got := parseSockets(strings.NewReader(table))
	if d := cmp.Diff(want, got, cmp.AllowUnexported(socket{}), cmpopts.EquateComparable(netip.AddrPort{})); d != "" {
		t.Error(d)
	}
}

func mustHex(t *testing.T, s string) netip.AddrPort {
	t.Helper()
	a, ok := parseHexAddr(s)
	if !ok {
		t.Fatal(s)
	}
	return a
}

func TestCarrier(t *testing.T) {
	links := map[netip.Addr]string{netip.MustParseAddr("192.0.2.1"): "eth1", netip.MustParseAddr("fe80::1"): "eth0"}
	route := func(to netip.Addr) string {
		return map[string]string{"203.0.113.5": "eth3", "fe80::9": "eth9"}[to.String()]
	}
	for _, c := range []struct{ from, to, iface string }{
		{"203.0.113.5:1", "192.0.2.1:22", "eth3"}, // asymmetric: the way back counts
		{"203.0.113.6:1", "192.0.2.1:22", "eth1"}, // no way back known
		{"203.0.113.5:1", "198.51.100.1:22", ""},  // a login to another namespace
		{"[fe80::9]:1", "[fe80::1]:22", "eth0"},   // a link-local route means nothing
	} {
		l := Login{From: netip.MustParseAddrPort(c.from), To: netip.MustParseAddrPort(c.to)}
		if got := carrier(l, links, route); got != c.iface {
			t.Errorf("%+v: %q", c, got)
		}
	}
}

func TestNameservers(t *testing.T) {
	path := t.TempDir() + "/resolv.conf"
	if err := os.WriteFile(path, []byte("# hello\nsearch example.org\nnameserver 127.0.0.11\nnameserver nonsense\nnameserver ::1\nnameserver\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got := nameservers(path)
	if len(got) != 2 || got[0].String() != "127.0.0.11" || got[1].String() != "::1" {
		t.Errorf("got %v", got)
	}
	if got := nameservers(path + "x"); got != nil {
		t.Errorf("got %v", got)
	}
}
