package integration

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sallyport/appliance/lab"
)

// networkState is everything about a host's network that a firewall could leave
// changed.
func networkState(t *testing.T, h *lab.Host) string {
	t.Helper()
	var all strings.Builder
	for _, args := range []string{
		"-4 rule", "-6 rule", "-4 route show table all", "-6 route show table all", "addr", "-d link",
		"-4 netconf", "-6 netconf", "neigh show proxy", "-6 neigh show proxy",
	} {
		out, err := h.Command("ip", strings.Fields(args)...).CombinedOutput()
		if err != nil {
			t.Fatalf("ip %s: %v\n%s", args, err, out)
		}
		all.WriteString("# ip " + args + "\n" + string(out))
	}
	return all.String()
}

func wantState(t *testing.T, h *lab.Host, want string) {
	t.Helper()
	if d := cmp.Diff(strings.Split(want, "\n"), strings.Split(networkState(t, h), "\n")); d != "" {
		t.Errorf("the network is not as it was:\n%s", d)
	}
}

// TestStopLeavesNothing wants rules, routes, addresses and devices exactly as
// they were after a SIGTERM, with every driver and with a gateway address taken.
func TestStopLeavesNothing(t *testing.T) {
	need(t, "ip", "ping")
	for _, driver := range drivers {
		t.Run(driver, func(t *testing.T) {
			l := newLab(t, lab.Config{})
			before := networkState(t, l.Firewall)
			config := strings.Replace(open(driver), `interface = "eth0"`, "interface = \"eth0\"\ngateway   = \"10.1.0.99\"", 1)
			f := startFirewall(t, l, config)
			ping(t, l.Inside, l.Outside.IPv4())
			pinged(t, l.Inside, netip.MustParseAddr("10.1.0.99"))
			if networkState(t, l.Firewall) == before {
				t.Error("the state does not show that a firewall runs")
			}
			f.stop()
			wantState(t, l.Firewall, before)
		})
	}
}
