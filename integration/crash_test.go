package integration

import (
	"net/netip"
	"os"
	"strconv"
	"strings"
	"testing"

	"sallyport/appliance/lab"
)

// TestNothingPassesAfterKill kills the firewall in the middle of transfers both
// ways. What the hosts go on sending must not arrive on the other side: not one
// packet, translated or not.
func TestNothingPassesAfterKill(t *testing.T) {
	need(t, "ping", "iperf3", "nc", "curl")
	for _, f := range families {
		t.Run(f.name, func(t *testing.T) {
			l := newLab(t, lab.Config{})
			if err := l.Firewall.Forward(); err != nil { // a box that routed before: the worst case
				t.Fatal(err)
			}
			serveIperf(t, l.Inside)
			serveIperf(t, l.Outside)
			w := startFirewall(t, l, open("auto"))
			inside, outside := watchArrivals(t, l.Inside), watchArrivals(t, l.Outside)
			keepSending(t, l.Inside, f.of(l.Outside))
			keepSending(t, l.Outside, f.of(l.Inside))
			keepConnecting(t, l.Outside, f.gate(l, outsideLeg))
			eventually(t, "traffic flows both ways", func() bool { return inside.total() > 1000 && outside.total() > 1000 })

			w.cmd.Kill()
			inside.forget()
			outside.forget()
			wantGoingOn(t, l.Inside, l.Outside)
			inside.wantNone(t, "inside")
			outside.wantNone(t, "outside")
		})
	}
}

// wantGoingOn waits until each host has sent many packets more: that none
// of them arrives says nothing unless there are any.
func wantGoingOn(t *testing.T, hosts ...*lab.Host) {
	t.Helper()
	for _, h := range hosts {
		before := sentBy(t, h)
		eventually(t, h.Name+" goes on sending", func() bool { return sentBy(t, h) >= before+50 })
	}
}

// sentBy is how many packets a host has sent to its link.
func sentBy(t *testing.T, h *lab.Host) (n uint64) {
	t.Helper()
	err := h.Do(func() error {
		text, err := os.ReadFile("/proc/thread-self/net/dev")
		if err != nil {
			return err
		}
		_, counters, _ := strings.Cut(string(text), "eth0:")
		n, err = strconv.ParseUint(strings.Fields(counters)[9], 10, 64) // the tenth: after eight of what came, and bytes
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// keepSending sends TCP, UDP and ICMP until the Lab ends, answered or not.
func keepSending(t *testing.T, from *lab.Host, to netip.Addr) {
	t.Helper()
	keep(t, from, "iperf3", "-c", to.String(), "-p", strconv.Itoa(iperfPort), "-t", "30", "-P", "2")
	keep(t, from, "ping", "-n", "-i", "0.01", to.String())
	keep(t, from, "sh", "-c", "while :; do echo x; sleep 0.01; done | nc -u "+to.String()+" 9999")
}

// keepConnecting opens connections to the forwarded port until the Lab ends.
func keepConnecting(t *testing.T, from *lab.Host, to netip.Addr) {
	t.Helper()
	keep(t, from, "sh", "-c", "while :; do curl -gs --max-time 0.1 "+url(to, forwarded, "/")+"; done")
}

func keep(t *testing.T, from *lab.Host, name string, args ...string) {
	t.Helper()
	if err := from.Command(name, args...).Start(); err != nil {
		t.Fatal(err)
	}
}

// TestStartOverLeftovers starts the firewall again after it was killed: the new
// one replaces what the old one left and, stopped, leaves nothing at all.
func TestStartOverLeftovers(t *testing.T) {
	need(t, "ping", "ip")
	l := newLab(t, lab.Config{})
	before := networkState(t, l.Firewall)
	for range 2 {
		startFirewall(t, l, open("auto")).cmd.Kill()
		if networkState(t, l.Firewall) == before {
			t.Fatal("a killed firewall left nothing, not even what blocks")
		}
	}
	f := startFirewall(t, l, open("auto"))
	ping(t, l.Inside, l.Outside.IPv4())
	ping(t, l.Inside, l.Outside.IPv6())
	f.stop()
	wantState(t, l.Firewall, before)
}
