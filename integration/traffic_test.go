package integration

import (
	"net/netip"
	"slices"
	"testing"

	"sallyport/appliance/lab"
)

// family is an IP version, and which of a host's addresses is of it.
type family struct {
	name string
	of   func(*lab.Host) netip.Addr
}

var families = []family{{"ipv4", (*lab.Host).IPv4}, {"ipv6", (*lab.Host).IPv6}}

// gate returns the firewall's address on one of its legs.
func (f family) gate(l *lab.Lab, leg int) netip.Addr {
	if f.name == "ipv4" {
		return l.Firewall.Legs[leg].IPv4.Addr()
	}
	return l.Firewall.Legs[leg].IPv6.Addr()
}

const insideLeg, outsideLeg = 0, 1

func TestTraffic(t *testing.T) {
	need(t, "ping", "curl", "iperf3", "traceroute")
	for _, driver := range drivers {
		t.Run(driver, func(t *testing.T) {
			l := newLab(t, lab.Config{})
			inside, outside := serveWeb(t, l.Inside, webPort), serveWeb(t, l.Outside, webPort)
			serveIperf(t, l.Inside)
			serveIperf(t, l.Outside)
			startFirewall(t, l, open(driver))
			for _, f := range families {
				t.Run(f.name+"/outward", func(t *testing.T) {
					carries(t, l.Inside, f.of(l.Outside))
					isOneHop(t, l.Inside, f.gate(l, insideLeg), f.of(l.Outside))
					outside.saw(t, f.gate(l, outsideLeg))
				})
				t.Run(f.name+"/inward", func(t *testing.T) {
					carries(t, l.Outside, f.of(l.Inside))
					inside.saw(t, f.of(l.Outside))
				})
			}
		})
	}
}

// carries wants a path between two hosts to carry whatever people send.
func carries(t *testing.T, from *lab.Host, to netip.Addr) {
	t.Run("ping", func(t *testing.T) { ping(t, from, to) })
	t.Run("100MB", func(t *testing.T) { download(t, from, to) })
	for name, streams := range map[string]string{"tcp1": "1", "tcp8": "8"} {
		t.Run(name, func(t *testing.T) {
			r := iperf(t, from, to, "-P", streams)
			if r.End.SumReceived.Bytes < 1e6 {
				t.Errorf("%.0f bytes arrived in a second", r.End.SumReceived.Bytes)
			}
			t.Logf("%.2f Gbit/s", r.End.SumReceived.Bps/1e9)
		})
	}
	t.Run("udp", func(t *testing.T) { losesNothing(t, from, to) })
}

// losesNothing sends datagrams at a rate at which nothing should be lost. It
// tries three times: on a busy machine the receiver may sleep for longer than
// its socket's buffer holds, but a firewall that loses does so each time.
func losesNothing(t *testing.T, from *lab.Host, to netip.Addr) {
	t.Helper()
	for range 3 {
		r := iperf(t, from, to, "-u", "-b", "5M", "-l", "1200")
		if r.End.Sum.Packets > 100 && r.End.Sum.LostPercent <= 5 {
			return
		}
		t.Logf("of %d datagrams %.1f%% were lost", r.End.Sum.Packets, r.End.Sum.LostPercent)
	}
	t.Error("datagrams are lost each time")
}

// isOneHop wants exactly the firewall between a host and its peer, whatever
// the probes are.
func isOneHop(t *testing.T, from *lab.Host, gate, to netip.Addr) {
	for name, probe := range map[string]string{"traceroute-udp": "-U", "traceroute-icmp": "-I", "traceroute-tcp": "-T"} {
		t.Run(name, func(t *testing.T) {
			want := []string{gate.String(), to.String()}
			if got := traceroute(t, from, to, probe); !slices.Equal(got, want) {
				t.Errorf("hops %v, want %v", got, want)
			}
		})
	}
}

// saw wants all requests to have come from one address.
func (w *web) saw(t *testing.T, want netip.Addr) {
	t.Helper()
	w.sawOf(t, netip.PrefixFrom(want, want.BitLen()))
}

// sawOf wants all requests to have come from addresses of a prefix.
func (w *web) sawOf(t *testing.T, want netip.Prefix) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.seen) == 0 {
		t.Error("the server was never asked")
	}
	for _, a := range w.seen {
		if !want.Contains(a) {
			t.Errorf("the server was asked by %v, want %v", a, want)
		}
	}
	w.seen = nil
}

// TestTracerouteThroughNATAndBeyond wants the hops behind the firewall to show
// too: their errors are about packets that it translated.
func TestTracerouteThroughNATAndBeyond(t *testing.T) {
	need(t, "traceroute")
	l := newLab(t, lab.Config{Router: true})
	startFirewall(t, l, open("auto"))
	for _, f := range families {
		for name, probe := range map[string]string{"udp": "-U", "icmp": "-I", "tcp": "-T"} {
			t.Run(f.name+"/"+name, func(t *testing.T) {
				want := []string{f.gate(l, insideLeg).String(), f.of(l.Router).String(), f.of(l.Outside).String()}
				showsHops(t, l.Inside, f.of(l.Outside), probe, want)
			})
		}
	}
}

// showsHops wants these hops. It tries three times: of each hop one probe is sent,
// and on a busy machine one may be lost while the hosts behind the firewall look
// for each other, but a firewall that hides a hop does so each time.
func showsHops(t *testing.T, from *lab.Host, to netip.Addr, probe string, want []string) {
	t.Helper()
	for range 3 {
		got := traceroute(t, from, to, probe)
		if slices.Equal(got, want) {
			return
		}
		t.Logf("hops %v, want %v", got, want)
	}
	t.Error("a hop is missing each time")
}
