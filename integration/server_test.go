package integration

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"testing"

	"sallyport/appliance/lab"
)

// Ports of the servers on each host.
const (
	webPort    = 80
	iperfPort  = 5201
	forwarded  = 8080 // on the firewall's outside address, to webPort inside
	sshLike    = 2222 // on the firewall itself, allowed
	closedSelf = 2223 // on the firewall itself, allowed by no rule
)

// bulk is 100 MB that no link compresses or repeats by luck, and bulkSum its
// digest.
var bulk = sync.OnceValue(func() []byte {
	b := make([]byte, 100_000_000)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(b)
	return b
})

var bulkSum = sync.OnceValue(func() string { return digest(bytes.NewReader(bulk())) })

func digest(r io.Reader) string {
	h := sha256.New()
	_, _ = io.Copy(h, r)
	return hex.EncodeToString(h.Sum(nil))
}

// web is an HTTP server in a host: GET /who says who asks, GET /bulk sends 100
// MB, PUT answers with the digest of what it got.
type web struct {
	mu   sync.Mutex
	seen []netip.Addr
}

// serveWeb serves on all addresses of a host until the test ends.
func serveWeb(t *testing.T, h *lab.Host, port int) *web {
	t.Helper()
	w := new(web)
	listener := listen(t, h, port)
	server := &http.Server{Handler: w}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	return w
}

func listen(t *testing.T, h *lab.Host, port int) net.Listener {
	t.Helper()
	var l net.Listener
	err := h.Do(func() (err error) {
		l, err = net.Listen("tcp", ":"+strconv.Itoa(port))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func (w *web) ServeHTTP(out http.ResponseWriter, in *http.Request) {
	peer := netip.MustParseAddrPort(in.RemoteAddr).Addr().Unmap()
	w.mu.Lock()
	w.seen = append(w.seen, peer)
	w.mu.Unlock()
	switch {
	case in.Method == http.MethodPut:
		fmt.Fprintln(out, digest(in.Body))
	case in.URL.Path == "/bulk":
		out.Header().Set("Content-Length", strconv.Itoa(len(bulk())))
		_, _ = out.Write(bulk())
	default:
		fmt.Fprintln(out, peer)
	}
}

// url is where a server is found.
func url(a netip.Addr, port int, path string) string {
	return "http://" + netip.AddrPortFrom(a, uint16(port)).String() + path
}

// startLogged starts a program that is killed with the test, and shows what it
// said if that fails.
func startLogged(t *testing.T, server *lab.Cmd) *output {
	t.Helper()
	log := new(output)
	server.Stdout, server.Stderr = log, log
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		server.Kill()
		if t.Failed() {
			t.Logf("%s said:\n%s", server.Path, log)
		}
	})
	return log
}

// serveIperf starts an iperf3 server in a host and waits until it listens.
func serveIperf(t *testing.T, h *lab.Host) {
	t.Helper()
	r, w := io.Pipe()
	cmd := h.Command("iperf3", "-s", "-p", strconv.Itoa(iperfPort), "--forceflush")
	cmd.Stdout, cmd.Stderr = w, w
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	listening := make(chan bool, 1)
	go func() {
		for scan := bufio.NewScanner(r); scan.Scan(); {
			if strings.Contains(scan.Text(), "listening") {
				select {
				case listening <- true:
				default:
				}
			}
		}
	}()
	go func() { _ = cmd.Wait(); _ = w.Close(); close(listening) }()
	if !<-listening {
		t.Fatal("iperf3 does not listen")
	}
}

func (w *web) forget() { w.mu.Lock(); w.seen = nil; w.mu.Unlock() }

// askers returns who has asked, once each.
func (w *web) askers() map[netip.Addr]bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	who := map[netip.Addr]bool{}
	for _, a := range w.seen {
		who[a] = true
	}
	return who
}

// whoAsks returns whom a web server says that it is asked by; local, unless it is
// "", is the address to ask from.
func whoAsks(t *testing.T, from *lab.Host, local string, at netip.Addr, port int) string {
	t.Helper()
	args := []string{"--max-time", "8", url(at, port, "/who")}
	if local != "" {
		args = append([]string{"--interface", local}, args...)
	}
	said, err := curl(from, args...)
	if err != nil {
		t.Error(err)
	}
	return said
}
