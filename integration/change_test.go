package integration

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"sallyport/appliance/control"
	"sallyport/appliance/lab"
)

// amount is how much of something a test does: fewer under the race detector, and
// as many as the environment says.
func amount(t *testing.T, variable string, usual, raced int) int {
	t.Helper()
	if text := os.Getenv(variable); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if os.Getenv("SALLYPORT_RACE") != "" {
		return raced
	}
	return usual
}

// TestReloadsUnderTraffic changes the rules time and again while transfers run
// both ways, as fast as it goes, and ten thousand connections are made. Both
// policies let all of it pass, each by rules of its own: no connection fails, no
// byte is lost or changed, and the firewall has refused no packet.
// SALLYPORT_RELOADS and SALLYPORT_CONNECTIONS say how many.
func TestReloadsUnderTraffic(t *testing.T) {
	need(t)
	reloads, connections := amount(t, "SALLYPORT_RELOADS", 1000, 100), amount(t, "SALLYPORT_CONNECTIONS", 10000, 1000)
	l := newLab(t, lab.Config{})
	config := open("auto")
	w := startEdited(t, l, config)
	bulk := startBulk(t, l.Inside, l.Outside, l.Outside.IPv4(), 7100)
	bulk6 := startBulk(t, l.Outside, l.Inside, l.Inside.IPv6(), 80)
	visits := visit(t, l.Inside, l.Outside, 7200, connections)

	other := closing + strings.NewReplacer(`name    = "out"`, `name    = "away"`, `name    = "in"`, `name    = "inward"`).Replace(config)
	client, began := control.NewClient(w.socket), time.Now()
	longest := time.Duration(0)
	for i := range reloads {
		w.write([]string{other, config}[i%2])
		at := time.Now()
		if _, err := client.Reload(t.Context(), control.Consent{}); err != nil {
			t.Fatal(err)
		}
		longest = max(longest, time.Since(at))
	}
	each := time.Since(began) / time.Duration(reloads)
	visits.wait(t)
	spent := time.Since(began)
	for name, b := range map[string]*bulkTransfer{"IPv4 outward": bulk, "IPv6 inward": bulk6} {
		n, err := b.stop()
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		t.Logf("%s: %.2f Gbit/s", name, float64(8*n)/spent.Seconds()/1e9)
	}
	t.Logf("%d reloads, %v each, %v at most; %d connections", reloads, each, longest, connections)
	if g := w.generation(); g != uint32(1+reloads) {
		t.Errorf("generation %d after %d reloads", g, reloads)
	}
	wantNothingRefused(t, w.firewall)
}

// wantNothingRefused wants no packet to have been refused for a reason that a
// change of the policy could give. The queue to a busy kernel may have been full.
func wantNothingRefused(t *testing.T, w *firewall) {
	t.Helper()
	inside, outside := w.stats()
	for side, stats := range map[string]map[string]uint64{"inside": inside, "outside": outside} {
		for reason, n := range stats {
			if reason != "passed" && reason != "queue-full" && n > 0 {
				t.Errorf("%d packets from %s were refused: %s", n, side, reason)
			}
		}
	}
}
