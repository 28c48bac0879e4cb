package integration

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"sallyport/appliance/lab"
)

// ping wants echo replies, each of which crossed one router.
func ping(t *testing.T, from *lab.Host, to netip.Addr) {
	t.Helper()
	if out := pinged(t, from, to); strings.Count(out, "ttl=") != strings.Count(out, "ttl=63") {
		t.Errorf("not every reply of %v crossed one router:\n%s", to, out)
	}
}

// replies is what ping counts in its summary.
var replies = regexp.MustCompile(` (\d+) received`)

// pinged wants three echo replies within five seconds, none twice: on a busy
// machine the two round-trip times that ping would wait for the last are too
// short, and with a deadline it sends a fourth if the third is late.
func pinged(t *testing.T, from *lab.Host, to netip.Addr, options ...string) string {
	t.Helper()
	args := append([]string{"-n", "-c", "3", "-i", "0.05", "-w", "5"}, options...)
	out, err := from.Command("ping", append(args, to.String())...).CombinedOutput()
	received := 0
	if m := replies.FindSubmatch(out); m != nil {
		received, _ = strconv.Atoi(string(m[1]))
	}
	if err != nil || received < 3 || strings.Contains(string(out), "DUP!") {
		t.Errorf("ping %v: %v\n%s", to, err, out)
	}
	return string(out)
}

// noPing wants no reply within a second.
func noPing(t *testing.T, from *lab.Host, to netip.Addr, options ...string) string {
	t.Helper()
	args := append([]string{"-n", "-c", "1", "-W", "1"}, options...)
	out, err := from.Command("ping", append(args, to.String())...).CombinedOutput()
	if err == nil {
		t.Errorf("ping %v was answered:\n%s", to, out)
	}
	return string(out)
}

// curl returns what curl wrote, and its error with what it complained.
func curl(from *lab.Host, args ...string) (string, error) {
	cmd := from.Command("curl", append([]string{"-gsS", "--noproxy", "*", "--max-time", "60"}, args...)...)
	var complaint output
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		err = fmt.Errorf("curl %s: %w: %s", args[len(args)-1], err, &complaint)
	}
	return strings.TrimSpace(string(out)), err
}

// Exit codes of curl.
const (
	curlRefused = 7
	curlTimeout = 28
)

// curlCode returns curl's exit code for a short try.
func curlCode(from *lab.Host, url string) int {
	return exitCode(from.Command("curl", "-gsS", "--noproxy", "*", "--max-time", "1", url).Run())
}

// download fetches 100 MB and compares its digest.
func download(t *testing.T, from *lab.Host, to netip.Addr) {
	t.Helper()
	h := sha256.New()
	fetch := from.Command("curl", "-gsS", "--noproxy", "*", "--max-time", "60", url(to, webPort, "/bulk"))
	fetch.Stdout = h
	err := fetch.Run()
	if sum := hex.EncodeToString(h.Sum(nil)); err != nil || sum != bulkSum() {
		t.Errorf("100 MB from %v: digest %s, %v, want %s", to, sum, err, bulkSum())
	}
}

// upload sends n bytes and compares the digest that the server made of them.
func upload(t *testing.T, from *lab.Host, to netip.Addr, n int) {
	t.Helper()
	file := t.TempDir() + "/upload"
	if err := os.WriteFile(file, bulk()[:n], 0o600); err != nil {
		t.Fatal(err)
	}
	sum, err := curl(from, "--max-time", "20", "-T", file, url(to, webPort, "/"))
	want := digest(bytes.NewReader(bulk()[:n]))
	if err != nil || sum != want {
		t.Errorf("%d bytes to %v: digest %s, %v, want %s", n, to, sum, err, want)
	}
}

// iperfReport is the part of iperf3's report that is looked at.
type iperfReport struct {
	Error string
	End   struct {
		SumReceived struct {
			Bytes float64
			Bps   float64 `json:"bits_per_second"`
		} `json:"sum_received"`
		Sum struct {
			Packets     int
			LostPercent float64 `json:"lost_percent"`
		}
	}
}

// iperf measures for a second. It comes again to a server that is still busy
// with the one before.
func iperf(t *testing.T, from *lab.Host, to netip.Addr, args ...string) (r iperfReport) {
	t.Helper()
	args = append([]string{"-c", to.String(), "-p", strconv.Itoa(iperfPort), "-J", "-t", "1"}, args...)
	eventually(t, "iperf3 is served", func() bool {
		out, err := from.Command("iperf3", args...).Output()
		r = iperfReport{}
		jsonErr := json.Unmarshal(out, &r)
		// Busy is said before the client's first words were read, so that its
		// RST may come before it.
		if strings.Contains(r.Error, "busy") || strings.Contains(r.Error, "unable to receive control message") {
			return false
		}
		if jsonErr != nil || err != nil || r.Error != "" {
			t.Fatalf("iperf3 %s: %v, %v, %s", strings.Join(args, " "), err, jsonErr, r.Error)
		}
		return true
	})
	return r
}

// hop is a line of traceroute's: " 1  10.1.0.1  0.4 ms".
var hop = regexp.MustCompile(`(?m)^ *\d+ +([0-9a-f.:]+)[ \n]`)

// traceroute returns the hops that answered, the destination last.
func traceroute(t *testing.T, from *lab.Host, to netip.Addr, args ...string) (hops []string) {
	t.Helper()
	args = append([]string{"-n", "-q", "1", "-w", "2", "-m", "6"}, args...)
	out, err := from.Command("traceroute", append(args, to.String())...).CombinedOutput()
	if err != nil {
		t.Errorf("traceroute: %v\n%s", err, out)
	}
	for _, m := range hop.FindAllStringSubmatch(string(out), -1) {
		hops = append(hops, m[1])
	}
	return hops
}
