package tun

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

func descriptors(t *testing.T) int {
	t.Helper()
	return len(must(os.ReadDir("/proc/self/fd"))(t))
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
