package tun

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"

	"sallyport/netstack"
)

// patience is how long a test waits for what must come.
const patience = 10 * time.Second

// namespace moves the test into a network namespace of its own, where it may do
// what it likes, and back when it ends.
func namespace(t testing.TB) {
	t.Helper()
	needTUN(t)
	runtime.LockOSThread()
	before := must(netns.Get())(t)
	own := must(netns.New())(t)
	t.Cleanup(func() {
		if err := netns.Set(before); err != nil {
			t.Fatalf("back to the first namespace: %v", err) // and leave the thread locked, to die
		}
		runtime.UnlockOSThread()
		before.Close()
		own.Close()
	})
}

func needTUN(t testing.TB) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("makes network namespaces and TUN devices: needs root")
	}
	if _, err := os.Stat(node); err != nil {
		t.Skipf("makes TUN devices: %v", err)
	}
}

// elsewhere runs f in another, new namespace, and returns to that of the test.
func elsewhere(t testing.TB, f func()) {
	t.Helper()
	here := must(netns.Get())(t)
	defer here.Close()
	there := must(netns.New())(t)
	defer there.Close()
	f()
	if err := netns.Set(here); err != nil {
		t.Fatal(err)
	}
}

// must returns v, or fails the test.
func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// open makes a device that is closed with the test.
func open(t testing.TB, o Options) *Device {
	t.Helper()
	d := must(Open(o))(t)
	t.Cleanup(func() { d.Close() })
	return d
}

// openUp makes a device with these addresses, up.
func openUp(t testing.TB, o Options, addresses ...string) *Device {
	t.Helper()
	d := open(t, o)
	for _, a := range addresses {
		address(t, d, a)
	}
	check(t, d.Up())
	for _, a := range addresses {
		settle(t, netip.MustParsePrefix(a).Addr())
	}
	return d
}

// settle waits until the kernel, which is in no hurry with IPv6, takes packets
// to addr for its own.
func settle(t testing.TB, addr netip.Addr) {
	t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); runtime.Gosched() {
		routes, err := netlink.RouteGet(addr.AsSlice())
		if err == nil && routes[0].Type == unix.RTN_LOCAL {
			return
		}
	}
	t.Fatalf("%v is still not local", addr)
}

// address gives the interface an address with its prefix length.
func address(t testing.TB, d *Device, prefix string) {
	t.Helper()
	addr := must(netlink.ParseAddr(prefix))(t)
	if netip.MustParsePrefix(prefix).Addr().Is6() {
		addr.Flags = unix.IFA_F_NODAD
	}
	check(t, netlink.AddrAdd(link(d), addr))
}

// link is the interface to the netlink library.
func link(d *Device) netlink.Link {
	return &netlink.Tuntap{LinkAttrs: netlink.LinkAttrs{Index: d.Index()}}
}

// attrs are the interface's, as the kernel has them now.
func attrs(t testing.TB, d *Device) *netlink.LinkAttrs {
	t.Helper()
	return must(netlink.LinkByIndex(d.Index()))(t).Attrs()
}

// frames are empty, and say of the packet that is to come what is not true.
func frames(n int) []*netstack.Frame {
	f := make([]*netstack.Frame, n)
	for i := range f {
		f[i] = newFrame(nil, netstack.Offload{Flags: netstack.NeedsCsum, GSOType: 77, CsumStart: 12345})
	}
	return f
}

// next returns the next packet that l receives and that want wants.
func next(t testing.TB, l netstack.Link, want func(*netstack.Frame) bool) *netstack.Frame {
	t.Helper()
	for f := frames(1); ; {
		n, err := l.Receive(f)
		check(t, err)
		if n == 0 {
			await(t, l.FD())
		} else if want(f[0]) {
			return f[0]
		}
	}
}

// await waits until fd is readable.
func await(t testing.TB, fd int) {
	t.Helper()
	p := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
	n, err := unix.Poll(p, int(patience.Milliseconds()))
	for errors.Is(err, unix.EINTR) {
		n, err = unix.Poll(p, int(patience.Milliseconds()))
	}
	if n != 1 {
		t.Fatalf("nothing came within %v (%v)", patience, err)
	}
}

// eachDriver runs f once for each driver, in a namespace of its own.
func eachDriver(t *testing.T, f func(t *testing.T, driver Driver)) {
	for _, o := range openers {
		t.Run(string(o.driver), func(t *testing.T) {
			namespace(t)
			f(t, o.driver)
		})
	}
}

// snmp6 is a counter of the namespace's IPv6.
func snmp6(t testing.TB, name string) string {
	t.Helper()
	b := must(os.ReadFile("/proc/thread-self/net/snmp6"))(t)
	for line := range strings.Lines(string(b)) {
		if f := strings.Fields(line); len(f) == 2 && f[0] == name {
			return f[1]
		}
	}
	t.Fatalf("no counter %s", name)
	return ""
}

// endpoint is host with a port.
func endpoint(host string, port int) string { return net.JoinHostPort(host, strconv.Itoa(port)) }
