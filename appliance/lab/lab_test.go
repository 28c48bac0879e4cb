package lab_test

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"sallyport/appliance/lab"
	"sallyport/appliance/lab/labtest"
)

// exchange sends a line from one host to an echo server on another and reports
// what the server saw and the client got back.
func exchange(t *testing.T, from, to *lab.Host, addr netip.Addr) (peer netip.Addr, err error) {
	t.Helper()
	var l net.Listener
	listen := func() (err error) {
		l, err = net.Listen("tcp", netip.AddrPortFrom(addr, 0).String())
		return err
	}
	if err := to.Do(listen); err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	accepted := make(chan net.Addr, 1)
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		accepted <- c.RemoteAddr()
		_, _ = io.Copy(c, c)
	}()
	err = from.Do(func() error { return speak(l.Addr().String()) })
	if err != nil {
		return netip.Addr{}, err
	}
	return (<-accepted).(*net.TCPAddr).AddrPort().Addr(), nil
}

func speak(addr string) error {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	defer c.Close()
	if _, err := io.WriteString(c, "hello\n"); err != nil {
		return err
	}
	line := make([]byte, 6)
	_, err = io.ReadFull(c, line)
	return err
}

func TestHostsReachEachOtherOnceTheMiddleForwards(t *testing.T) {
	for _, c := range []lab.Config{{}, {Router: true, FarMTU: 1300}, {NoOffload: true, InsideMTU: 1400}} {
		l := labtest.New(t, c)
		if err := l.Firewall.Forward(); err != nil {
			t.Fatal(err)
		}
		for _, to := range []netip.Addr{l.Outside.IPv4(), l.Outside.IPv6()} {
			peer, err := exchange(t, l.Inside, l.Outside, to)
			if err != nil {
				t.Fatalf("%+v: inside to %v: %v", c, to, err)
			}
			if peer != l.Inside.IPv4() && peer != l.Inside.IPv6() {
				t.Errorf("%+v: the outside host saw %v", c, peer)
			}
		}
		for _, to := range []netip.Addr{l.Inside.IPv4(), l.Inside.IPv6()} {
			if _, err := exchange(t, l.Outside, l.Inside, to); err != nil {
				t.Errorf("%+v: outside to %v: %v", c, to, err)
			}
		}
	}
}

func TestMiddleDoesNotForwardByItself(t *testing.T) {
	l := labtest.New(t, lab.Config{})
	err := l.Inside.Do(func() error {
		c, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(netip.AddrPortFrom(l.Outside.IPv4(), 9)))
		if err != nil {
			return err
		}
		return c.Close()
	})
	if err != nil {
		t.Errorf("inside host has no route: %v", err)
	}
	forwarding, err := l.Firewall.Command("cat", "/proc/sys/net/ipv4/ip_forward", "/proc/sys/net/ipv6/conf/all/forwarding").Output()
	if err != nil || strings.Fields(string(forwarding))[0] != "0" || strings.Fields(string(forwarding))[1] != "0" {
		t.Errorf("forwarding of the middle namespace: %q, %v", forwarding, err)
	}
}

func TestMTUs(t *testing.T) {
	l := labtest.New(t, lab.Config{InsideMTU: 1400, OutsideMTU: 1380, Router: true, FarMTU: 1300})
	for _, want := range []struct {
		host   *lab.Host
		ifname string
		mtu    int
	}{
		{l.Inside, "eth0", 1400}, {l.Firewall, "eth0", 1400}, {l.Firewall, "eth1", 1380},
		{l.Router, "eth0", 1380}, {l.Router, "eth1", 1300}, {l.Outside, "eth0", 1300},
	} {
		var got int
		err := want.host.Do(func() error {
			i, err := net.InterfaceByName(want.ifname)
			if err == nil {
				got = i.MTU
			}
			return err
		})
		if err != nil || got != want.mtu {
			t.Errorf("%s %s: MTU %d, %v, want %d", want.host.Name, want.ifname, got, err, want.mtu)
		}
	}
}

func TestNoOffloadLeavesPacketsAsOnAWire(t *testing.T) {
	if _, err := exec.LookPath("ethtool"); err != nil {
		t.Skip(err)
	}
	for off, want := range map[bool]string{false: "on", true: "off"} {
		l := labtest.New(t, lab.Config{NoOffload: off})
		out, err := l.Inside.Command("ethtool", "-k", "eth0").Output()
		if err != nil {
			t.Fatal(err)
		}
		for _, feature := range []string{"tx-tcp-segmentation", "tx-tcp6-segmentation", "generic-segmentation-offload", "tx-checksum-ip-generic"} {
			if !strings.Contains(string(out), feature+": "+want+"\n") {
				t.Errorf("NoOffload %v: %s is not %s", off, feature, want)
			}
		}
	}
}

func TestCommandRunsInsideAndEndsWithTheLab(t *testing.T) {
	l := labtest.New(t, lab.Config{})
	out, err := l.Outside.Command("readlink", "/proc/self/ns/net").Output()
	if err != nil {
		t.Fatal(err)
	}
	var want string
	if err := l.Outside.Do(func() (err error) { want, err = os.Readlink("/proc/thread-self/ns/net"); return }); err != nil {
		t.Fatal(err)
	}
	if got := strings.TrimSpace(string(out)); got != want {
		t.Errorf("command runs in %s, Do in %s", got, want)
	}
	sleep := l.Inside.Command("sleep", "1000")
	if err := sleep.Start(); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := sleep.Signal(syscall.Signal(0)); !errors.Is(err, os.ErrProcessDone) {
		t.Errorf("process after Close: %v", err)
	}
	if err := l.Inside.Command("true").Start(); !errors.Is(err, os.ErrClosed) {
		t.Errorf("start after Close: %v", err)
	}
}

func TestNamesAreGoneAfterClose(t *testing.T) {
	l := labtest.New(t, lab.Config{})
	path := l.Firewall.Path()
	if _, err := os.Stat(path); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s after Close: %v", path, err)
	}
	if _, err := l.NewHost("late"); !errors.Is(err, os.ErrClosed) {
		t.Errorf("new host after Close: %v", err)
	}
}

func TestLabsSideBySide(t *testing.T) {
	var wait sync.WaitGroup
	for range 4 {
		l := labtest.New(t, lab.Config{IPv4Only: true})
		wait.Go(func() {
			if err := l.Firewall.Forward(); err != nil {
				t.Error(err)
			}
			if _, err := exchange(t, l.Inside, l.Outside, l.Outside.IPv4()); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
}

func TestLeftoversOfDeadProcessAreRemoved(t *testing.T) {
	labtest.New(t, lab.Config{}) // makes /run/netns, and skips without root
	dead := exec.Command("true")
	if err := dead.Run(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("/run/netns", "sp"+strconv.Itoa(dead.Process.Pid)+"-1-inside")
	alive := filepath.Join("/run/netns", "sp"+strconv.Itoa(os.Getpid())+"-x-inside")
	for _, p := range []string{path, alive} {
		if err := os.WriteFile(p, nil, 0o444); err != nil {
			t.Fatal(err)
		}
	}
	defer os.Remove(alive)
	if err := unix.Mount("/proc/self/ns/net", path, "", unix.MS_BIND, ""); err != nil {
		t.Fatal(err)
	}
	labtest.New(t, lab.Config{})
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("leftover %s: %v", path, err)
	}
	if _, err := os.Stat(alive); err != nil {
		t.Errorf("name of a living process: %v", err)
	}
}

// TestUnprivileged runs this test binary as nobody, which runs itself in a user
// namespace, where a Lab must work.
func TestUnprivileged(t *testing.T) {
	if lab.InUnprivileged() {
		l := labtest.New(t, lab.Config{})
		if err := l.Firewall.Forward(); err != nil {
			t.Fatal(err)
		}
		if _, err := exchange(t, l.Inside, l.Outside, l.Outside.IPv6()); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(l.Inside.Path(), "/run/netns/") {
			t.Errorf("namespace has no name: %s", l.Inside.Path())
		}
		return
	}
	if os.Getuid() == 0 {
		runAsNobody(t)
		return
	}
	again := lab.Unprivileged("-test.run=^TestUnprivileged$", "-test.v")
	if err := again.Run(); errors.Is(err, os.ErrPermission) || errors.Is(err, unix.ENOSPC) {
		t.Skip("no user namespaces here:", err)
	} else if err != nil {
		t.Error(err)
	}
}

func runAsNobody(t *testing.T) {
	dir, err := os.MkdirTemp("", "lab")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "lab.test")
	if err := errors.Join(os.WriteFile(program, self, 0o755), os.Chmod(dir, 0o755)); err != nil {
		t.Fatal(err)
	}
	c := exec.Command(program, "-test.run=^TestUnprivileged$", "-test.v")
	c.Dir = "/"
	c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	out, err := c.CombinedOutput()
	t.Logf("as nobody:\n%s", out)
	if err != nil {
		t.Error(err)
	}
}
