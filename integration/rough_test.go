package integration

import (
	"math"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"sallyport/appliance/lab"
)

// rough is what both of the firewall's links do to frames in these tests, each
// way: so it sees segments that their receiver never will, and some that it will
// see again.
var rough = roughness{loss: 0.01, duplicates: 0.01, early: 0.05, delay: 3 * time.Millisecond, jitter: 2 * time.Millisecond}

// stack is a way that both ends' TCP is set up.
type stack struct {
	name    string
	sysctl  string // below net/ipv4: "name=value;..."
	offload bool   // super-packets
}

var stacks = []stack{
	{"as it comes", "", true},
	{"single packets", "", false},
	{"no window scaling", "tcp_window_scaling=0", true},
	{"scaled by 14", "tcp_rmem=4096 131072 1073741824", true},
	{"small windows", "tcp_rmem=4096 8192 16384", false},
	{"no SACK", "tcp_sack=0", true},
	{"no timestamps", "tcp_timestamps=0", false},
	{"none of them", "tcp_window_scaling=0;tcp_sack=0;tcp_timestamps=0", true},
}

// TestS09RoughLinks sends real conversations over links that lose, delay,
// reorder and duplicate. Whatever becomes of their segments, both ends are
// correct: none is refused for its numbers.
func TestS09RoughLinks(t *testing.T) {
	need(t, "iperf3", "curl")
	for i, s := range stacks {
		f := families[i%2]
		t.Run(s.name+"/"+f.name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t, lab.Config{Wires: true, NoOffload: !s.offload})
			s.apply(t, l.Inside)
			s.apply(t, l.Outside)
			serveIperf(t, l.Outside)
			serveWeb(t, l.Outside, webPort)
			w := startFirewall(t, l, open("auto"))
			for i, h := range l.Wires {
				w := lay(t, h, rough, uint64(i))
				defer func() {
					t.Logf("%s: %d frames, %d of them lost, doubled or early", h.Name, w.carried.Load(), w.mangled.Load())
				}()
			}
			converse(t, l.Inside, f.of(l.Outside))
			wantNoNumbersRefused(t, w)
		})
	}
}

// TestS09StrictCostsNothing has the same conversations under strict and under
// fw1, which looks at no numbers, at once and over links as rough: if strict
// held up what is correct, TCP would slow down.
func TestS09StrictCostsNothing(t *testing.T) {
	need(t, "iperf3")
	const strict, fw1 = 0, 1
	ratio := 1.0
	for _, s := range []stack{stacks[0], stacks[5], stacks[7]} {
		got := s.race(t, open("auto"), open("auto")+"[state]\nprofile = \"fw1\"\n")
		t.Logf("%s: strict %.1f, fw1 %.1f Mbit/s", s.name, got[strict]/1e6, got[fw1]/1e6)
		ratio *= got[strict] / got[fw1]
	}
	// Chance alone makes a third in each; a window that is misread stops a
	// conversation.
	if mean := math.Cbrt(ratio); mean < 0.5 || math.IsNaN(mean) {
		t.Errorf("strict carries %.2f of what fw1 does", mean)
	}
}

// race measures through firewalls of these configurations at the same time, each
// in a lab of its own.
func (s *stack) race(t *testing.T, configs ...string) (bps [2]float64) {
	t.Helper()
	var running sync.WaitGroup
	for i, config := range configs {
		l := newLab(t, lab.Config{Wires: true, NoOffload: !s.offload})
		s.apply(t, l.Inside)
		s.apply(t, l.Outside)
		serveIperf(t, l.Outside)
		startFirewall(t, l, config)
		for side, h := range l.Wires {
			lay(t, h, rough, uint64(side))
		}
		running.Go(func() {
			bps[i] = iperf(t, l.Inside, l.Outside.IPv4(), "-t", "5", "-P", "4").End.SumReceived.Bps
		})
	}
	running.Wait()
	return bps
}

func (s *stack) apply(t *testing.T, h *lab.Host) {
	t.Helper()
	for setting := range strings.SplitSeq(s.sysctl, ";") {
		if name, value, ok := strings.Cut(setting, "="); ok {
			if err := h.Sysctl("ipv4/"+name, value); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// converse has long transfers both ways at once, and short conversations that
// open and close meanwhile.
func converse(t *testing.T, from *lab.Host, to netip.Addr) {
	t.Helper()
	var running sync.WaitGroup
	defer running.Wait()
	for range 4 {
		running.Go(func() {
			for range 8 {
				if out, err := curl(from, url(to, webPort, "/who")); err != nil {
					t.Errorf("%v: %s", err, out)
				}
			}
		})
	}
	running.Go(func() { upload(t, from, to, 2_000_000) })
	r := iperf(t, from, to, "-t", "8", "--bidir", "-P", "2")
	t.Logf("%.1f Mbit/s", r.End.SumReceived.Bps/1e6)
}

// wantNoNumbersRefused wants nothing to have been dropped for its sequence
// numbers.
func wantNoNumbersRefused(t *testing.T, f *firewall) {
	t.Helper()
	inside, outside := f.stats()
	for _, reason := range []string{"out-of-window", "handshake", "rst-invalid", "asymmetric", "icmp-unrelated"} {
		if n := inside[reason] + outside[reason]; n != 0 {
			t.Errorf("%d packets were dropped as %s\n%s", n, reason, refusals(f, reason))
		}
	}
}

// refusals are the log's lines about a reason.
func refusals(f *firewall, reason string) string {
	var found []string
	for line := range strings.Lines(f.log.String()) {
		if strings.Contains(line, reason) {
			found = append(found, line)
		}
	}
	return strings.Join(found, "")
}
