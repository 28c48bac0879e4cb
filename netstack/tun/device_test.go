package tun

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

func TestOpen(t *testing.T) {
	eachDriver(t, func(t *testing.T, driver Driver) {
		d := open(t, Options{Name: "door", MTU: 1420, Driver: driver})
		a := attrs(t, d)
		if d.Name() != "door" || a.Name != "door" {
			t.Errorf("name %q, in the kernel %q", d.Name(), a.Name)
		}
		if d.MTU() != 1420 || a.MTU != 1420 {
			t.Errorf("MTU %d, in the kernel %d", d.MTU(), a.MTU)
		}
		if a.RawFlags&unix.IFF_UP != 0 {
			t.Error("the interface is up")
		}
		if d.Driver() != driver || d.Why() != "" || d.Queues() != 1 {
			t.Errorf("driver %q (%s), %d queues", d.Driver(), d.Why(), d.Queues())
		}
		if flags := must(unix.FcntlInt(uintptr(d.Queue(0).FD()), unix.F_GETFD, 0))(t); flags&unix.FD_CLOEXEC == 0 {
			t.Error("a child process would inherit the device")
		}
	})
}

// IPv6 does not live on a device as narrow as MinMTU, and need not be quieted.
func TestOpenExtremeMTU(t *testing.T) {
	eachDriver(t, func(t *testing.T, driver Driver) {
		for _, mtu := range []int{MinMTU, MaxMTU} {
			d := must(Open(Options{Name: "door", MTU: mtu, Driver: driver}))(t)
			if got := attrs(t, d).MTU; got != mtu {
				t.Errorf("MTU %d, want %d", got, mtu)
			}
			check(t, d.Close())
		}
	})
}

func TestOpenDefaults(t *testing.T) {
	namespace(t)
	d := open(t, Options{})
	if d.Name() != "tun0" || d.MTU() != DefaultMTU || d.Driver() != Vnet {
		t.Errorf("name %q, MTU %d, driver %q (%s)", d.Name(), d.MTU(), d.Driver(), d.Why())
	}
}

func TestOpenRefusesOptions(t *testing.T) {
	for _, c := range []struct {
		options Options
		want    string
	}{
		{Options{Name: "sixteen-bytes-ab"}, "cannot name an interface"},
		{Options{Name: "a/b"}, "cannot name an interface"},
		{Options{Name: "a b"}, "cannot name an interface"},
		{Options{Name: ".."}, "cannot name an interface"},
		{Options{MTU: 67}, "an MTU of 67: 68 to 65535"},
		{Options{MTU: 65536}, "an MTU of 65536"},
		{Options{Queues: 257}, "257 queues: 1 to 256"},
		{Options{Queues: -1}, "-1 queues"},
		{Options{Driver: "tap"}, `no driver "tap": there are auto, vnet, wireguard and water`},
	} {
		_, err := Open(c.options)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %q", c.options, err, c.want)
		}
	}
}

// An error says what to do.
func TestOpenWithoutNode(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "tun")
	forbidden := filepath.Join(t.TempDir(), "forbidden")
	check(t, unix.Mknod(forbidden, unix.S_IFCHR, int(unix.Mkdev(10, 255)))) // no such driver
	for _, c := range []struct {
		node, want string
		is         error
	}{
		{missing, "--device " + missing + ", or on a host: modprobe tun", fs.ErrNotExist},
		{forbidden, "modprobe tun", unix.ENODEV},
	} {
		replaceNode(t, c.node)
		eachDriver(t, func(t *testing.T, driver Driver) {
			_, err := Open(Options{Name: "door", Driver: driver})
			wantError(t, err, c.is, c.want)
		})
	}
}

func replaceNode(t *testing.T, path string) {
	before := node
	node = path
	t.Cleanup(func() { node = before })
}

func TestOpenWithoutCapability(t *testing.T) {
	for _, driver := range []Driver{Auto, Vnet, Wireguard, Water} {
		t.Run(string(driver), func(t *testing.T) {
			namespace(t)
			restore := dropCapabilities(t)
			_, err := Open(Options{Name: "door", Driver: driver})
			restore()
			wantError(t, err, fs.ErrPermission, "--cap-add NET_ADMIN")
		})
	}
}

// dropCapabilities takes them all from the effective set of the test's thread,
// which namespace has locked.
func dropCapabilities(t *testing.T) (restore func()) {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var before, none [2]unix.CapUserData
	check(t, unix.Capget(&header, &before[0]))
	for i := range none {
		none[i].Permitted = before[i].Permitted
	}
	check(t, unix.Capset(&header, &none[0]))
	return func() { check(t, unix.Capset(&header, &before[0])) }
}

func TestOpenTakenName(t *testing.T) {
	eachDriver(t, func(t *testing.T, driver Driver) {
		open(t, Options{Name: "door", Driver: driver, Queues: 2})
		_, err := Open(Options{Name: "door", Driver: driver, Queues: 2})
		wantError(t, err, unix.EBUSY, `interface "door" is in use`)
	})
}

func wantError(t *testing.T, err, is error, text string) {
	t.Helper()
	if !errors.Is(err, is) || !strings.Contains(err.Error(), text) {
		t.Errorf("%v; want a %v that says %q", err, is, text)
	}
}

// A failed Open leaves no descriptor.
func TestOpenFailedLeavesNothing(t *testing.T) {
	namespace(t)
	before := descriptors(t)
	for _, c := range openers[:2] { // songgao/water keeps its own
		_, err := openFirst(Options{Name: "lo", MTU: DefaultMTU, Queues: 1}, []opener{c})
		wantError(t, err, unix.EINVAL, `does not make interface "lo"`)
	}
	if after := descriptors(t); after != before {
		t.Errorf("%d descriptors, before %d", after, before)
	}
}

func descriptors(t *testing.T) int {
	t.Helper()
	return len(must(os.ReadDir("/proc/self/fd"))(t))
}

func TestSetMTU(t *testing.T) {
	eachDriver(t, func(t *testing.T, driver Driver) {
		d := open(t, Options{Name: "door", Driver: driver})
		check(t, d.SetMTU(1280))
		if got := attrs(t, d).MTU; got != 1280 || d.MTU() != 1280 {
			t.Errorf("MTU %d, in the kernel %d", d.MTU(), got)
		}
		if err := d.SetMTU(MaxMTU + 1); err == nil || d.MTU() != 1280 {
			t.Errorf("an MTU of %d: %v, MTU is %d", MaxMTU+1, err, d.MTU())
		}
	})
}

// The settings reach the device whichever namespace the caller is in.
func TestSettingsFromElsewhere(t *testing.T) {
	namespace(t)
	d := open(t, Options{Name: "door"})
	elsewhere(t, func() {
		check(t, d.SetMTU(1400))
		check(t, d.Up())
	})
	if a := attrs(t, d); a.MTU != 1400 || a.RawFlags&unix.IFF_UP == 0 {
		t.Errorf("MTU %d, flags %#x", a.MTU, a.RawFlags)
	}
}

// Nobody but those who send over it speaks on the device: the kernel has no
// address to speak from.
func TestQuiet(t *testing.T) {
	eachDriver(t, func(t *testing.T, driver Driver) {
		d := openUp(t, Options{Name: "door", Driver: driver})
		if addrs := must(netlink.AddrList(link(d), netlink.FAMILY_ALL))(t); len(addrs) > 0 {
			t.Errorf("addresses %v", addrs)
		}
	})
}

func TestClose(t *testing.T) {
	eachDriver(t, func(t *testing.T, driver Driver) {
		d := openUp(t, Options{Name: "door", Driver: driver})
		check(t, d.Close())
		check(t, d.Close())
		wantGone(t, "door")
		wantClosed(t, d.Queue(0))
	})
}

// A device that nobody refers to any more leaves no descriptor and no goroutine.
func TestCloseLeavesNothing(t *testing.T) {
	eachDriver(t, func(t *testing.T, driver Driver) {
		fds, goroutines := descriptors(t), runtime.NumGoroutine()
		check(t, must(Open(Options{Name: "door", Driver: driver, Queues: 2}))(t).Close())
		for end := time.Now().Add(patience); time.Now().Before(end); runtime.GC() {
			if descriptors(t) <= fds && runtime.NumGoroutine() <= goroutines {
				return
			}
		}
		t.Errorf("%d descriptors, before %d; %d goroutines, before %d", descriptors(t), fds, runtime.NumGoroutine(), goroutines)
	})
}

// A device that somebody deletes is as good as closed.
func TestDeleted(t *testing.T) {
	eachDriver(t, func(t *testing.T, driver Driver) {
		d := openUp(t, Options{Name: "door", Driver: driver})
		check(t, netlink.LinkDel(link(d)))
		wantClosed(t, d.Queue(0))
		check(t, d.Close())
	})
}

func wantClosed(t *testing.T, l netstack.Link) {
	t.Helper()
	if n, err := l.Receive(frames(2)); n != 0 || err != os.ErrClosed {
		t.Errorf("Receive: %d, %v; want os.ErrClosed", n, err)
	}
	batch := []*netstack.Frame{nettest.ICMPEcho(peer4, kernel4).Frame(), nettest.ICMPEcho(peer4, kernel4).Frame()}
	if refused, err := l.Send(batch); refused != 2 || err != os.ErrClosed {
		t.Errorf("Send: %d refused, %v; want 2 and os.ErrClosed", refused, err)
	}
}

// Whoever polls is woken by Close and learns from Receive what happened; and
// the interface goes at once, although the polling held it.
func TestCloseWakesPoll(t *testing.T) {
	eachDriver(t, func(t *testing.T, driver Driver) {
		d := openUp(t, Options{Name: "door", Driver: driver})
		woken := poll(t, d.Queue(0))
		check(t, d.Close())
		wantGone(t, "door")
		check(t, <-woken)
		wantClosed(t, d.Queue(0))
	})
}

// Close works without capabilities too; only whoever polls may sleep on.
func TestCloseWithoutCapability(t *testing.T) {
	eachDriver(t, func(t *testing.T, driver Driver) {
		d := openUp(t, Options{Name: "door", Driver: driver})
		woken := make(<-chan error)
		if driver == Wireguard {
			woken = poll(t, d.Queue(0))
		}
		restore := dropCapabilities(t)
		check(t, d.Close())
		restore()
		if driver == Wireguard {
			check(t, <-woken)
		}
		wantGone(t, "door")
	})
}

func wantGone(t *testing.T, name string) {
	t.Helper()
	if _, err := netlink.LinkByName(name); !errors.As(err, &netlink.LinkNotFoundError{}) {
		t.Errorf("interface %s: %v", name, err)
	}
}

// poll returns when another thread sleeps until l is readable. What is then sent
// is an error if it was not.
func poll(t *testing.T, l netstack.Link) <-chan error {
	t.Helper()
	thread, woken := make(chan int, 1), make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		thread <- unix.Gettid()
		p := []unix.PollFd{{Fd: int32(l.FD()), Events: unix.POLLIN}}
		n, err := unix.Ppoll(p, &unix.Timespec{Sec: int64(patience.Seconds())}, nil)
		if err == nil && n == 0 {
			err = errors.New("not woken")
		}
		woken <- err
	}()
	awaitSleep(t, <-thread)
	return woken
}

// awaitSleep waits until the thread is in ppoll(2).
func awaitSleep(t *testing.T, tid int) {
	t.Helper()
	path := fmt.Sprintf("/proc/self/task/%d/syscall", tid)
	ppoll := fmt.Sprintf("%d ", unix.SYS_PPOLL)
	for end := time.Now().Add(patience); time.Now().Before(end); runtime.Gosched() {
		if strings.HasPrefix(string(must(os.ReadFile(path))(t)), ppoll) {
			return
		}
	}
	t.Fatal("the poll never began")
}
