package integration

import (
	"bytes"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"sallyport/appliance/lab"
)

// Ports of the applications that every kind of translation must carry.
const (
	sshPort  = 2200
	dnsPort  = 53
	quicPort = 4433
)

// apps are servers in a host, of what people use: HTTP, SCP, DNS, and QUIC as
// far as a firewall sees it, datagrams of full size that may not be fragmented.
type apps struct {
	web *web
	dir string // where SSH's keys are, and what SCP copies
}

func serveApps(t *testing.T, h *lab.Host) *apps {
	t.Helper()
	a := &apps{web: serveWeb(t, h, webPort), dir: t.TempDir()}
	a.serveSSH(t, h)
	serveDatagrams(t, h, dnsPort, answerDNS)
	serveDatagrams(t, h, quicPort, func(b []byte) []byte { return b })
	return a
}

// carried wants all of them to work from a host that reaches the servers at an
// address.
func (a *apps) carried(t *testing.T, from *lab.Host, at netip.Addr) {
	t.Run("http", func(t *testing.T) { upload(t, from, at, 1_000_000) })
	t.Run("scp", func(t *testing.T) { a.copies(t, from, at) })
	t.Run("dns", func(t *testing.T) { resolves(t, from, at) })
	t.Run("quic", func(t *testing.T) { exchangesDatagrams(t, from, at) })
}

const sshConfig = `
Port %d
HostKey %s/host
AuthorizedKeysFile %s/user.pub
PermitRootLogin prohibit-password
UsePAM no
StrictModes no
PidFile none
Subsystem sftp internal-sftp
`

func (a *apps) serveSSH(t *testing.T, h *lab.Host) {
	t.Helper()
	for _, name := range []string{"host", "user"} {
		if out, err := h.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", a.path(name)).CombinedOutput(); err != nil {
			t.Fatalf("ssh-keygen: %v: %s", err, out)
		}
	}
	if err := os.Mkdir("/run/sshd", 0o755); err == nil { // else it was there: sshd wants it
		t.Cleanup(func() { _ = os.Remove("/run/sshd") })
	}
	config := fmt.Sprintf(sshConfig, sshPort, a.dir, a.dir)
	if err := os.WriteFile(a.path("config"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	server := h.Command("/usr/sbin/sshd", "-D", "-e", "-f", a.path("config"))
	log := startLogged(t, server)
	eventually(t, "sshd listens", func() bool { return strings.Contains(log.String(), "Server listening on ::") })
}

func (a *apps) path(name string) string { return filepath.Join(a.dir, name) }

// copies has scp fetch a file, and put it back, and wants it to be the same.
func (a *apps) copies(t *testing.T, from *lab.Host, at netip.Addr) {
	t.Helper()
	here, there := filepath.Join(t.TempDir(), "here"), filepath.Join(t.TempDir(), "there")
	content := bulk()[:1_000_000]
	if err := os.WriteFile(there, content, 0o600); err != nil {
		t.Fatal(err)
	}
	remote := fmt.Sprintf("root@%s:%s", bracketed(at), there)
	options := []string{"20", "scp", "-q", "-F", "none", "-P", strconv.Itoa(sshPort), "-i", a.path("user"),
		"-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR"}
	for _, ends := range [][]string{{remote, here}, {here, remote + "2"}} {
		if out, err := from.Command("timeout", append(options, ends...)...).CombinedOutput(); err != nil {
			t.Fatalf("scp %v: %v: %s", ends, err, out)
		}
	}
	for _, name := range []string{here, there + "2"} {
		if got, err := os.ReadFile(name); err != nil || !bytes.Equal(got, content) {
			t.Errorf("%s has %d bytes, %v, or others", name, len(got), err)
		}
	}
}

func bracketed(a netip.Addr) string {
	if a.Is4() {
		return a.String()
	}
	return "[" + a.String() + "]"
}
