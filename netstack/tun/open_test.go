package tun

import (
	"errors"
	"fmt"
	"io/fs"
	"testing"

	"golang.org/x/sys/unix"
)

func works(*Device, Options) error { return nil }

func fails(err error) func(*Device, Options) error {
	return func(*Device, Options) error { return err }
}

// The first driver that works is taken, and the reasons against those before it
// are kept.
func TestOpenFirst(t *testing.T) {
	noOffload := fmt.Errorf("no offloads: %w", unix.EINVAL)
	refused := errors.New("refuses super-packets")
	for _, c := range []struct {
		name       string
		candidates []opener
		driver     Driver
		why        string
	}{
		{"the best", []opener{{Vnet, works}, {Water, fails(refused)}}, Vnet, ""},
		{"the second", []opener{{Vnet, fails(refused)}, {Wireguard, works}, {Water, works}}, Wireguard, "vnet: refuses super-packets"},
		{
			"the last", []opener{{Vnet, fails(refused)}, {Wireguard, fails(noOffload)}, {Water, works}}, Water,
			"vnet: refuses super-packets; wireguard: no offloads: invalid argument",
		},
	} {
		d, err := openFirst(Options{}, c.candidates)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		} else if d.Driver() != c.driver || d.Why() != c.why {
			t.Errorf("%s: %q (%s); want %q (%s)", c.name, d.Driver(), d.Why(), c.driver, c.why)
		}
	}
}

// What no driver can help is said once, and no other driver tried.
func TestOpenFirstHopeless(t *testing.T) {
	for _, errno := range []error{unix.EPERM, unix.EACCES, unix.ENOENT, unix.EBUSY, unix.ENODEV} {
		d, err := openFirst(Options{}, []opener{{Vnet, fails(fmt.Errorf("no: %w", errno))}, {Water, works}})
		if d != nil || !errors.Is(err, errno) {
			t.Errorf("%v: %v, %v", errno, d, err)
		}
	}
}

func TestOpenFirstNone(t *testing.T) {
	_, err := openFirst(Options{}, []opener{{Vnet, fails(errors.New("a"))}, {Water, fails(errors.New("b"))}})
	if err == nil || err.Error() != "tun: no driver works here: vnet: a; water: b" {
		t.Errorf("%v", err)
	}
}

// A driver that was asked for is not replaced by another.
func TestOpenFirstForced(t *testing.T) {
	_, err := openFirst(Options{}, []opener{{Vnet, fails(fs.ErrInvalid)}})
	if err != fs.ErrInvalid {
		t.Errorf("%v", err)
	}
}
