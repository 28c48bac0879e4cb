package integration

import (
	"io"
	"strconv"
	"strings"
	"testing"
	"time"

	"sallyport/appliance/lab"
)

// TestNoFile: two flags, or two variables, are enough to let everything out
// masqueraded and nothing in.
func TestNoFile(t *testing.T) {
	need(t, "curl", "ping")
	for name, start := range map[string]func(*testing.T, *lab.Lab) *firewall{
		"flags": func(t *testing.T, l *lab.Lab) *firewall {
			return startFirewallWith(t, l, nil, "--inside", "eth0", "--outside", "eth1")
		},
		"environment": func(t *testing.T, l *lab.Lab) *firewall {
			return startFirewallWith(t, l, []string{"SALLYPORT_INSIDE=eth0", "SALLYPORT_OUTSIDE=eth1"})
		},
		"subnets": func(t *testing.T, l *lab.Lab) *firewall {
			return startFirewallWith(t, l, nil, "--inside", "10.1.0.0/24", "--outside", "192.0.2.0/24")
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t, lab.Config{})
			serveWeb(t, l.Inside, webPort)
			serveWeb(t, l.Outside, webPort)
			w := start(t, l)
			for _, f := range families {
				ping(t, l.Inside, f.of(l.Outside))
				reaches(t, l.Inside, f.of(l.Outside), webPort, f.gate(l, outsideLeg))
				wantDropped(t, w, l.Outside, f.of(l.Inside), webPort)
			}
		})
	}
}

// TestFamilyWithoutAddressesDoesNotPass: the firewall has no IPv6 addresses, but
// the hosts do, and routes over its link-local ones; its kernel forwards.
func TestFamilyWithoutAddressesDoesNotPass(t *testing.T) {
	need(t, "ping", "ip")
	l := newLab(t, lab.Config{})
	routeIPv6OverLinkLocal(t, l)
	if err := l.Firewall.Forward(); err != nil {
		t.Fatal(err)
	}
	ping(t, l.Inside, l.Outside.IPv6())
	startFirewall(t, l, open("auto"))
	ping(t, l.Inside, l.Outside.IPv4())
	arrived := watchArrivals(t, l.Outside)
	noPing(t, l.Inside, l.Outside.IPv6())
	arrived.wantNone(t, "outside")
}

// routeIPv6OverLinkLocal takes the firewall's global addresses away and routes
// around the loss.
func routeIPv6OverLinkLocal(t *testing.T, l *lab.Lab) {
	t.Helper()
	run := func(h *lab.Host, args string) string {
		out, err := h.Command("ip", strings.Fields(args)...).CombinedOutput()
		if err != nil {
			t.Fatalf("ip %s: %v\n%s", args, err, out)
		}
		return string(out)
	}
	for leg, host := range []*lab.Host{l.Inside, l.Outside} {
		eth := "eth" + strconv.Itoa(leg)
		local := strings.Split(strings.Fields(run(l.Firewall, "-6 -o addr show scope link dev "+eth))[3], "/")[0]
		run(l.Firewall, "-6 addr flush scope global dev "+eth)
		run(l.Firewall, "-6 route replace "+host.Legs[0].IPv6.Masked().String()+" dev "+eth)
		run(host, "-6 route replace default via "+local+" dev eth0")
	}
}

// TestLoginMachineIsAsked: where somebody is logged in over a steered interface,
// run says so, wants --yes or a rule, and has changed nothing.
func TestLoginMachineIsAsked(t *testing.T) {
	need(t, "ip")
	ssh := []string{"SSH_CONNECTION=192.0.2.10 50000 192.0.2.1 22", "SSH_CLIENT=192.0.2.10 50000 22"}
	flags := []string{"--inside", "eth0", "--outside", "eth1"}
	t.Run("session in the environment", func(t *testing.T) {
		l := newLab(t, lab.Config{})
		wantAsked(t, l, ssh, flags...)
		startFirewallWith(t, l, ssh, append(flags, "--yes")...)
	})
	t.Run("established connection", func(t *testing.T) {
		l := newLab(t, lab.Config{})
		logIn(t, l)
		wantAsked(t, l, nil, flags...)
		startFirewallWith(t, l, nil, append(flags, "--yes")...)
	})
	t.Run("a rule for it", func(t *testing.T) {
		l := newLab(t, lab.Config{})
		logIn(t, l)
		startFirewallWith(t, l, ssh, "--config", writeConfig(t, strings.Replace(open("auto"), `"tcp/2222"`, `"tcp/22"`, 1)))
	})
}

// logIn leaves a connection open from outside to port 22 of the firewall's box.
func logIn(t *testing.T, l *lab.Lab) {
	t.Helper()
	server := listen(t, l.Firewall, 22)
	go func() {
		if c, err := server.Accept(); err == nil {
			_, _ = io.Copy(io.Discard, c)
		}
	}()
	client := l.Outside.Command("nc", "192.0.2.1", "22")
	if _, err := client.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := client.Start(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the login is established", func() bool {
		out, err := l.Firewall.Command("cat", "/proc/net/tcp6").Output()
		return err == nil && strings.Contains(string(out), ":0016 0000000000000000FFFF00000A0200C0")
	})
}

func wantAsked(t *testing.T, l *lab.Lab, env []string, args ...string) {
	t.Helper()
	before := networkState(t, l.Firewall)
	cmd := l.Firewall.Command(sallyport(t), append([]string{"run", "--socket", socket(l)}, args...)...)
	cmd.Env = cleanEnv(env...)
	defer time.AfterFunc(patience, cmd.Kill).Stop()
	out, err := cmd.CombinedOutput()
	if exitCode(err) <= 0 || !strings.Contains(string(out), "--yes") || !strings.Contains(string(out), "22") {
		t.Errorf("run ended with %v and said %q, want a refusal that names port 22 and --yes", err, out)
	}
	wantState(t, l.Firewall, before)
}
