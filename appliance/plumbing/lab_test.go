package plumbing

import (
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
)

// A lab is three namespaces, one below the other:
//
//	in    10.1.0.2/24   fd00:1::2/64   ── in0
//	                                      eth0  10.1.0.1/24   fd00:1::1/64
//	fw    (the test's own thread)
//	                                      eth1  192.0.2.1/24  2001:db8:2::1/64
//	out   192.0.2.2/24  2001:db8:2::2/64 ─ out0
//
// They are anonymous: the kernel removes them when the test's thread ends.
type lab struct {
	*testing.T
	fw, in, out netns.NsHandle
}

const bound = 5 * time.Second

// newLab makes the namespaces and stays in fw on a thread of its own.
func newLab(t *testing.T) *lab {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("network namespaces need root")
	}
	runtime.LockOSThread() // never unlocked: the thread ends with the test
	l := &lab{T: t}
	for _, ns := range []*netns.NsHandle{&l.in, &l.out, &l.fw} {
		h, err := netns.New()
		l.must(err)
		*ns = h
		t.Cleanup(func() { h.Close() })
		l.run("ip link set lo up")
	}
	l.wire(l.in, "in0", "eth0")
	l.wire(l.out, "out0", "eth1")
	l.address()
	l.settle()
	return l
}

// address gives every namespace its addresses and routes.
func (l *lab) address() {
	l.Helper()
	l.quiet()
	l.run("ip addr add 10.1.0.1/24 dev eth0", "ip addr add fd00:1::1/64 dev eth0 nodad",
		"ip addr add 192.0.2.1/24 dev eth1", "ip addr add 2001:db8:2::1/64 dev eth1 nodad",
		"ip link set eth0 up", "ip link set eth1 up")
	l.at(l.in, func() {
		l.quiet()
		l.run("ip addr add 10.1.0.2/24 dev in0", "ip addr add fd00:1::2/64 dev in0 nodad", "ip link set in0 up",
			"ip route add default via 10.1.0.1", "ip route add default via fd00:1::1")
	})
	l.at(l.out, func() {
		l.quiet()
		l.run("ip addr add 192.0.2.2/24 dev out0", "ip addr add 2001:db8:2::2/64 dev out0 nodad", "ip link set out0 up",
			"ip route add 10.1.0.0/24 via 192.0.2.1", "ip route add fd00:1::/64 via 2001:db8:2::1")
	})
}

// wire makes a cable from far in namespace ns to near in fw.
func (l *lab) wire(ns netns.NsHandle, far, near string) {
	l.Helper()
	l.must(netlink.LinkAdd(&netlink.Veth{LinkAttrs: netlink.LinkAttrs{Name: near}, PeerName: far}))
	link, err := netlink.LinkByName(far)
	l.must(err)
	l.must(netlink.LinkSetNsFd(link, int(ns)))
}

// quiet starts a namespace from known settings, without the delays of duplicate
// address detection.
func (l *lab) quiet() {
	for _, s := range []string{
		"net/ipv4/ip_forward=0", "net/ipv4/conf/all/rp_filter=0", "net/ipv4/conf/default/rp_filter=0",
		"net/ipv6/conf/all/forwarding=0", "net/ipv6/conf/all/accept_dad=0", "net/ipv6/conf/default/accept_dad=0",
	} {
		name, value, _ := strings.Cut(s, "=")
		l.must(writeSysctl(name, value))
	}
	for _, name := range devices(l) {
		l.must(writeSysctl("net/ipv4/conf/"+name+"/rp_filter", "0"))
		l.must(writeSysctl("net/ipv6/conf/"+name+"/accept_dad", "0"))
	}
}

func devices(l *lab) (names []string) {
	links, err := netlink.LinkList()
	l.must(err)
	for _, link := range links {
		names = append(names, link.Attrs().Name)
	}
	return names
}

func (l *lab) must(err error) {
	l.Helper()
	if err != nil {
		l.Fatal(err)
	}
}

// at does something in another namespace.
func (l *lab) at(ns netns.NsHandle, do func()) {
	l.Helper()
	here, err := netns.Get()
	l.must(err)
	defer here.Close()
	l.must(netns.Set(ns))
	defer func() { l.must(netns.Set(here)) }()
	do()
}

// try runs a command here and returns its output.
func (l *lab) try(command string) (string, error) {
	words := strings.Fields(command)
	cmd := exec.Command(words[0], words[1:]...)
	cmd.WaitDelay = bound
	timer := time.AfterFunc(2*bound, func() { cmd.Process.Kill() })
	defer timer.Stop()
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// run runs commands here that must succeed.
func (l *lab) run(commands ...string) {
	l.Helper()
	for _, c := range commands {
		if out, err := l.try(c); err != nil {
			l.Fatalf("%s: %v\n%s", c, err, out)
		}
	}
}
