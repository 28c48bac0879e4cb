package tun

import (
	"testing"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
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
