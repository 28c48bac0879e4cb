package tun

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

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
		{Options{QueueLength: 65537}, "queues of 65537 packets: 1 to 65536"},
		{Options{QueueLength: -1}, "queues of -1 packets"},
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
