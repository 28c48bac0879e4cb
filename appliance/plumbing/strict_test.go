package plumbing

import (
	"errors"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// Distributions set the reverse path filter for all devices; a container cannot
// change that.
func TestAnyReversePathFilter(t *testing.T) {
	for _, value := range []string{"0", "1", "2"} {
		t.Run(value, func(t *testing.T) {
			l := newLab(t)
			l.must(writeSysctl("net/ipv4/conf/all/rp_filter", value))
			l.must(writeSysctl("net/ipv4/conf/default/rp_filter", value))
			before := l.snapshot()
			p, f := l.open(spec(), "", nil)
			l.serve(l.out, "192.0.2.2:7777")
			l.serve(l.in, "10.1.0.2:7777")
			l.talk("192.0.2.2")
			l.at(l.in, func() { l.ping("10.1.0.1") })
			l.at(l.out, func() { l.talk("10.1.0.2") })
			if !l.ping("192.0.2.2") {
				t.Error("the box's own ping has no answer")
			}
			f.stop()
			l.must(p.Undo())
			l.unchanged(before)
		})
	}
}

// In a container /proc/sys is read-only.
func (l *lab) container() {
	l.Helper()
	l.must(unix.Unshare(unix.CLONE_FS | unix.CLONE_NEWNS))
	l.must(unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""))
	l.must(unix.Mount("/proc/sys", "/proc/sys", "", unix.MS_BIND, ""))
	l.must(unix.Mount("", "/proc/sys", "", unix.MS_BIND|unix.MS_REMOUNT|unix.MS_RDONLY, ""))
}

func TestReadOnlySysctls(t *testing.T) {
	l := newLab(t)
	l.container()
	if err := writeSysctl("net/ipv4/ip_forward", "1"); !errors.Is(err, unix.EROFS) {
		t.Fatalf("not read-only: %v", err)
	}
	before := l.snapshot()
	_, err := Prepare(spec(), "")
	if err == nil || !strings.Contains(err.Error(), "--sysctl net.ipv6.conf.all.forwarding=1") {
		t.Errorf("IPv6 asked for: %v", err)
	}
	l.unchanged(before)

	s := spec()
	s.Sides[0].IPv6, s.Sides[1].IPv6 = false, false
	p, f := l.open(s, "", nil)
	l.serve(l.out, "192.0.2.2:7777")
	l.reach(l.in, "192.0.2.2")
	l.shut(p, f, before)
}

// With the flag given, IPv6 works there too.
func TestReadOnlySysctlsWithForwardingOn(t *testing.T) {
	l := newLab(t)
	l.must(writeSysctl("net/ipv6/conf/all/forwarding", "1"))
	l.container()
	before := l.snapshot()
	p, f := l.open(spec(), "", nil)
	l.serve(l.out, "[2001:db8:2::2]:7777")
	l.reach(l.in, "2001:db8:2::2")
	l.shut(p, f, before)
}

// Kernels before 6.17 can only be told to forward IPv6 as a whole.
func TestOldKernelForwardsIPv6AsAWhole(t *testing.T) {
	defer func(was string) { forceForwarding = was }(forceForwarding)
	forceForwarding = "no_such_setting"
	l := newLab(t)
	l.must(writeSysctl("net/ipv6/conf/eth0/forwarding", "1"))
	l.must(writeSysctl("net/ipv6/conf/eth1/accept_ra", "1"))
	before := l.snapshot()
	p, f := l.open(spec(), "", nil)
	l.serve(l.out, "[2001:db8:2::2]:7777")
	l.reach(l.in, "2001:db8:2::2")
	for _, name := range []string{"eth1/forwarding=0", "eth0/forwarding=1", "eth1/accept_ra=1", "all/forwarding=1"} {
		name, want, _ := strings.Cut(name, "=")
		if got, _ := readSysctl(conf6 + "/" + name); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
	l.shut(p, f, before)
}

// Many containers have IPv6 switched off; nothing of it is needed for IPv4.
func TestIPv6SwitchedOff(t *testing.T) {
	l := newLab(t)
	l.must(writeSysctl("net/ipv6/conf/all/disable_ipv6", "1"))
	l.must(writeSysctl("net/ipv6/conf/default/disable_ipv6", "1"))
	l.container()
	before := l.snapshot()
	s := spec()
	s.Sides[0].IPv6, s.Sides[1].IPv6 = false, false
	p, f := l.open(s, "", nil)
	l.serve(l.out, "192.0.2.2:7777")
	l.reach(l.in, "192.0.2.2")
	l.shut(p, f, before)
	_, err := Prepare(spec(), "")
	if err == nil || !strings.Contains(err.Error(), "--sysctl net.ipv6.conf.all.disable_ipv6=0") {
		t.Errorf("IPv6 asked for: %v", err)
	}
}

func TestCanForwardIPv6(t *testing.T) {
	l := newLab(t)
	l.must(CanForwardIPv6())
	l.container()
	if err := CanForwardIPv6(); err == nil || !strings.Contains(err.Error(), "--sysctl net.ipv6.conf.all.forwarding=1") {
		t.Errorf("error %v", err)
	}
}
