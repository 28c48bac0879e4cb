package integration

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"sallyport/appliance/lab"
)

const (
	stunAddr, stunAlternate = "192.0.2.10", "192.0.2.11"
	stunPort                = "3478"
)

// serveSTUN starts a STUN server on the outside host that has the two addresses
// and the two ports by which a client finds out how a NAT behaves (RFC 5780).
func serveSTUN(t *testing.T, l *lab.Lab) {
	t.Helper()
	addAddress(t, l.Outside, stunAlternate)
	dir := t.TempDir()
	server := l.Outside.Command("turnserver", "-n", "-S", "-L", stunAddr, "-L", stunAlternate, "-p", stunPort,
		"--no-tls", "--no-dtls", "--no-tcp", "--no-cli", "--no-auth", "--log-file", "stdout",
		"--pidfile", dir+"/pid", "--userdb", dir+"/db")
	startLogged(t, server)
	eventually(t, "the STUN server answers", func() bool { return answersSTUN(l.Outside) })
}

// addAddress gives a host one more address on its first interface.
func addAddress(t *testing.T, h *lab.Host, addr string) {
	t.Helper()
	length := "/24"
	if strings.Contains(addr, ":") {
		length = "/64"
	}
	if out, err := h.Command("ip", "address", "add", addr+length, "dev", "eth0").CombinedOutput(); err != nil {
		t.Fatalf("ip address add %s: %v: %s", addr, err, out)
	}
}

// answersSTUN asks the server once, from a host. The clients in Debian wait for
// ever for a server that is not there yet.
func answersSTUN(h *lab.Host) bool {
	var c net.Conn
	if err := h.Do(func() (err error) { c, err = net.Dial("udp", stunAddr+":"+stunPort); return err }); err != nil {
		return false
	}
	defer c.Close()
	request := []byte{0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12} // Binding
	if _, err := c.Write(request); err != nil {
		return false
	}
	_ = c.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
	n, err := c.Read(make([]byte, 1500))
	return err == nil && n > len(request)
}

// dependences are the words of the configuration, and those of the clients for
// the same: turnutils_natdiscovery speaks as RFC 5780, stun as RFC 3489, to
// which every mapping but one was the same, and then all filters.
var dependences = []struct{ word, discovered, filter string }{
	{"endpoint-independent", "Endpoint Independent", "Independent Filter"},
	{"address-dependent", "Address Dependent", "Address Dependent Filter"},
	{"address-and-port-dependent", "Address and Port Dependent", "Port Dependent Filter"},
}

// TestNATBehavioursAsClientsSeeThem: nine hosts inside, each with a translation
// of its own, ask a STUN server what they are behind, each by two programs. All
// are behind one address, and ask at the same time.
func TestNATBehavioursAsClientsSeeThem(t *testing.T) {
	need(t, "turnserver", "turnutils_natdiscovery", "stun", "timeout")
	l := newLab(t, lab.Config{IPv4Only: true})
	serveSTUN(t, l)
	config := new(strings.Builder)
	config.WriteString(plainConfig)
	host := netip.MustParseAddr("10.1.0.20")
	var all sync.WaitGroup
	var ask []func()
	for _, m := range dependences {
		for _, f := range dependences {
			fmt.Fprintf(config, masqueradeOne, m.word+"_"+f.word, host, m.word, f.word)
			addAddress(t, l.Inside, host.String())
			from := host.String()
			want := "Dependent Mapping"
			if m.word == "endpoint-independent" {
				want = "Independent Mapping, " + f.filter
			}
			ask = append(ask,
				func() { discovers(t, l.Inside, from, "-m", m.discovered+" Mapping") },
				func() { discovers(t, l.Inside, from, "-f", f.discovered+" Filtering") },
				func() { recognizes(t, l.Inside, from, want) })
			if f.word == "endpoint-independent" {
				ask = append(ask, func() { hairpins(t, l.Inside, from) })
			}
			host = host.Next()
		}
	}
	startFirewall(t, l, config.String())
	for _, f := range ask {
		all.Go(f)
	}
	all.Wait()
}

const masqueradeOne = `
[[nat]]
name      = %q
type      = "masquerade"
from      = "inside"
to        = "outside"
source    = ["%s"]
mapping     = %q
filtering   = %q
port_choice = "random"
`

// tries is how often a client is asked that may have been too slow for its own
// timeouts on a busy machine. What is wrong is wrong each time.
const tries = 3

// discovers wants turnutils_natdiscovery to find a behaviour of one kind. Each
// time it asks from another port.
func discovers(t *testing.T, h *lab.Host, from, kind, want string) {
	finds(t, h, "NAT with "+want+"!", "turnutils_natdiscovery", kind, "-L", from, stunAddr)
}

// recognizes wants stun to find a kind of NAT.
func recognizes(t *testing.T, h *lab.Host, from, want string) {
	finds(t, h, "Primary: "+want, "stun", stunAddr, "-i", from)
}

// hairpins wants turnutils_natdiscovery to reach its mapping from beside it.
func hairpins(t *testing.T, h *lab.Host, from string) {
	finds(t, h, "a successful hairpinning", "turnutils_natdiscovery", "-H", "-L", from, stunAddr)
}

// finds wants a program to say something, whatever it ends with.
func finds(t *testing.T, h *lab.Host, want string, args ...string) {
	var out []byte
	for range tries {
		out, _ = h.Command("timeout", append([]string{"30"}, args...)...).CombinedOutput()
		if strings.Contains(string(out), want) {
			return
		}
	}
	t.Errorf("%s, want %q:\n%s", strings.Join(args, " "), want, out)
}
