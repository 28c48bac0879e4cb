package integration

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"testing"

	"sallyport/appliance/lab"
)

// narrow is a way with a link that takes smaller packets than its ends send.
type narrow struct {
	name   string
	config lab.Config
	mtu    int
	ends   func(*lab.Lab) (sender, receiver *lab.Host)
	// teller is who must say so: the host in front of the narrow link, by the
	// address that the sender knows it by.
	teller func(family, *lab.Lab) netip.Addr
}

func outward(l *lab.Lab) (from, to *lab.Host) { return l.Inside, l.Outside }
func inward(l *lab.Lab) (from, to *lab.Host)  { return l.Outside, l.Inside }

func insideGate(f family, l *lab.Lab) netip.Addr  { return f.gate(l, insideLeg) }
func outsideGate(f family, l *lab.Lab) netip.Addr { return f.gate(l, outsideLeg) }
func router(f family, l *lab.Lab) netip.Addr      { return f.of(l.Router) }

// The narrow link is the firewall's own egress, through masquerading; one behind
// a router whose errors speak of translated packets; the firewall's own on the
// way in.
var narrows = []narrow{
	{"own egress", lab.Config{OutsideMTU: 1400}, 1400, outward, insideGate},
	{"router further out", lab.Config{Router: true, FarMTU: 1300}, 1300, outward, router},
	{"inward", lab.Config{InsideMTU: 1320}, 1320, inward, outsideGate},
}

func TestPathMTUDiscovery(t *testing.T) {
	need(t, "ping", "curl", "ip")
	for _, n := range narrows {
		for _, driver := range drivers {
			for _, off := range []bool{false, true} {
				if off && driver == "water" {
					continue // plain packets on the TUN anyway
				}
				t.Run(fmt.Sprintf("%s/%s/offload=%v", n.name, driver, !off), func(t *testing.T) {
					n.config.NoOffload = off
					l := newLab(t, n.config)
					startFirewall(t, l, open(driver))
					for _, f := range families {
						t.Run(f.name, func(t *testing.T) { n.discovered(t, l, f) })
					}
				})
			}
		}
	}
}

func (n narrow) discovered(t *testing.T, l *lab.Lab, f family) {
	from, to := n.ends(l)
	serveWeb(t, to, webPort)
	announceLargeSegments(t, l, f)
	upload(t, from, f.of(to), 5_000_000)
	n.learnt(t, from, f.of(to))
	size := n.mtu - f.headers() + 1
	said := noPing(t, from, f.of(to), "-M", "do", "-s", strconv.Itoa(size))
	if want := "From " + n.teller(f, l).String() + " "; !strings.Contains(said, want) || !strings.Contains(said, "mtu") {
		t.Errorf("ping of %d bytes said %q, want an error %qwith MTU %d", size, said, want, n.mtu)
	}
	pinged(t, from, f.of(to), "-M", "do", "-s", strconv.Itoa(size-1))
}

// learnt wants the sender's kernel to have taken the MTU from its TCP
// connection, so that it was asked at all, and makes it forget, so that ping has
// to ask again.
func (n narrow) learnt(t *testing.T, from *lab.Host, to netip.Addr) {
	t.Helper()
	route, err := from.Command("ip", "route", "get", to.String()).Output()
	if want := fmt.Sprintf("mtu %d", n.mtu); err != nil || !strings.Contains(string(route), want) {
		t.Errorf("after the transfer the route is %q, %v, want %s", route, err, want)
	}
	flushRoutes(t, from)
}

// headers are the bytes that an echo request has before its data.
func (f family) headers() int {
	if f.name == "ipv4" {
		return 20 + 8
	}
	return 40 + 8
}

// announceLargeSegments makes the ends of a narrow link claim the segment size
// of a usual one. TCP would otherwise never send what does not fit.
func announceLargeSegments(t *testing.T, l *lab.Lab, f family) {
	t.Helper()
	ip := "-" + f.name[len("ipv"):]
	for _, h := range []*lab.Host{l.Inside, l.Outside} {
		routes, err := h.Command("ip", ip, "route", "show", "dev", "eth0").Output()
		if err != nil {
			t.Fatal(err)
		}
		for route := range strings.Lines(string(routes)) {
			args := append([]string{ip, "route", "replace"}, strings.Fields(route)...)
			args = append(args, "dev", "eth0", "advmss", strconv.Itoa(1500-f.headers()-12))
			if out, err := h.Command("ip", args...).CombinedOutput(); err != nil {
				t.Fatalf("ip %v: %s", args, out)
			}
		}
	}
}

// flushRoutes forgets the path MTUs that a host has learnt.
func flushRoutes(t *testing.T, h *lab.Host) {
	t.Helper()
	for _, ip := range []string{"-4", "-6"} {
		if out, err := h.Command("ip", ip, "route", "flush", "cache").CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
}
