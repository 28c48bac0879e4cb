package integration

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"sallyport/appliance/lab"
	"sallyport/netstack/nettest"
)

// isFragment reports whether an IP packet is one.
func isFragment(p []byte) bool {
	if p[0]>>4 == 4 {
		return p[6]&0x3f != 0 || p[7] != 0
	}
	return p[6] == 44
}

// TestS19Fragments: what is larger than any link goes through, both ways, with
// NAT and without, and so does the box's own.
func TestS19Fragments(t *testing.T) {
	need(t, "ping")
	for _, driver := range drivers {
		t.Run(driver, func(t *testing.T) {
			l := newLab(t, lab.Config{})
			serveUDPEcho(t, l.Inside, iperfPort)
			serveUDPEcho(t, l.Outside, iperfPort)
			w := startFirewall(t, l, open(driver))
			for _, f := range families {
				t.Run(f.name, func(t *testing.T) {
					for _, c := range []struct {
						name     string
						from     *lab.Host
						to       netip.Addr
						services bool
					}{
						{"outward", l.Inside, f.of(l.Outside), true},
						{"inward", l.Outside, f.of(l.Inside), true},
						{"own", l.Firewall, f.of(l.Outside), true},
						{"own-inside", l.Firewall, f.of(l.Inside), true},
						{"to-own", l.Outside, f.gate(l, outsideLeg), false},
						{"to-own-inside", l.Inside, f.gate(l, insideLeg), false},
					} {
						t.Run(c.name, func(t *testing.T) {
							for _, size := range []string{"1473", "8000", "60000"} {
								pinged(t, c.from, c.to, "-s", size)
							}
							if c.services {
								echoed(t, c.from, c.to, 1473, 4096, 8000, 60000)
							}
						})
					}
				})
			}
			w.wantNoFragmentLost(t)
		})
	}
}

// wantNoFragmentLost wants every fragment to have passed.
func (f *firewall) wantNoFragmentLost(t *testing.T) {
	t.Helper()
	inside, outside := f.stats()
	for _, stats := range []map[string]uint64{inside, outside} {
		for reason, n := range stats {
			if n > 0 && (strings.HasPrefix(reason, "frag-") || reason == "bad-checksum" || reason == "bad-header") {
				t.Errorf("%d fragments are %s", n, reason)
			}
		}
	}
}

// TestS19SizesAreKept: fragments leave as large as they came, though larger ones
// would fit, and in their order.
func TestS19SizesAreKept(t *testing.T) {
	need(t)
	l := newLab(t, lab.Config{InsideMTU: 1300})
	serveUDPEcho(t, l.Outside, iperfPort)
	startFirewall(t, l, open("auto"))
	w := watchArrivals(t, l.Outside)
	for name, want := range map[string][]int{
		"ipv4": {1300, 1300, 1300, 1300, 1300, 1300, 348},
		"ipv6": {1296, 1296, 1296, 1296, 1296, 1296, 568},
	} {
		f := families[slices.IndexFunc(families, func(f family) bool { return f.name == name })]
		w.forget()
		_ = udpEcho(l.Inside, netip.AddrPortFrom(f.of(l.Outside), iperfPort), 8000) // what comes back is too large for IPv6
		w.wantFragments(t, want)
	}
}

// wantFragments wants fragments of these sizes to have arrived.
func (w *watch) wantFragments(t *testing.T, want []int) {
	t.Helper()
	var sizes []int
	for deadline := time.Now().Add(patience); len(sizes) < len(want) && time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		w.mu.Lock()
		sizes = slices.Clone(w.sizes)
		w.mu.Unlock()
	}
	if !slices.Equal(sizes, want) {
		t.Errorf("fragments of %v bytes arrived, want %v", sizes, want)
	}
}

// Test4787REQ13FragmentsLargerThanTheNextLink: IPv4's are cut further, and IPv6's sender
// is told how small to make them.
func Test4787REQ13FragmentsLargerThanTheNextLink(t *testing.T) {
	need(t)
	l := newLab(t, lab.Config{InsideMTU: 1300})
	serveUDPEcho(t, l.Inside, iperfPort)
	startFirewall(t, l, open("auto"))
	for _, f := range families {
		to := netip.AddrPortFrom(f.of(l.Inside), iperfPort)
		eventually(t, "a large datagram is answered over "+f.name, func() bool {
			return udpEcho(l.Outside, to, 8000) == nil
		})
	}
}

// TestS20LossIsSeen: a datagram that is not complete is listed, then counted, and
// logged with its source.
func TestS20LossIsSeen(t *testing.T) {
	need(t)
	l := newLab(t, lab.Config{})
	w := startFirewall(t, l, open("auto")+"\n[state.fragments]\ntimeout = \"2s\"\n")
	type datagram struct {
		Src, Refused   string
		Fragments      int
		Identification uint32
	}
	whole := nettest.UDP("10.1.0.10:4000", "192.0.2.10:4000", nettest.Payload(3000))
	sendRaw(t, l.Inside, whole, nettest.Split(whole, 1480, 4711)[1])
	eventually(t, "the datagram is listed", func() bool {
		held := lines[datagram](w, "fragments")
		return len(held) == 1 && held[0] == datagram{Src: "10.1.0.10", Fragments: 1, Identification: 4711}
	})
	eventually(t, "the loss is counted", func() bool {
		inside, _ := w.stats()
		return inside["frag-timeout"] == 1
	})
	eventually(t, "the loss is logged", func() bool {
		return strings.Contains(w.log.String(), `"flow":"udp 10.1.0.10:0 -> 192.0.2.10:0","fragments":1,"reason":"frag-timeout"`)
	})
	if held := lines[datagram](w, "fragments"); len(held) != 0 {
		t.Errorf("still listed: %v", held)
	}
}

// sendRaw sends an IPv4 packet as it is to the destination of whole.
func sendRaw(t *testing.T, from *lab.Host, whole, packet nettest.Packet) {
	t.Helper()
	err := from.Do(func() error {
		fd, err := unix.Socket(unix.AF_INET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.IPPROTO_RAW)
		if err != nil {
			return err
		}
		defer unix.Close(fd)
		return unix.Sendto(fd, packet.Bytes, 0, &unix.SockaddrInet4{Addr: [4]byte(whole.Bytes[16:20])})
	})
	if err != nil {
		t.Fatal(err)
	}
}
