package tun

import (
	"fmt"
	"strings"
)

// opener is one driver's way to make a device. The Options are complete; after
// an error the Device is closed.
type opener struct {
	driver Driver
	open   func(*Device, Options) error
}

// openers are all drivers, best first: the order in which Auto tries them.
var openers = []opener{{Vnet, (*Device).openVnet}, {Wireguard, (*Device).openWireguard}, {Water, (*Device).openWater}}

// Open makes a TUN interface in the calling thread's network namespace. It is
// left down, without addresses, and gets none by IPv6 autoconfiguration; it
// lives until Close or the end of the process. Open needs the device node and
// CAP_NET_ADMIN, and its errors say which is missing and how to supply it; they
// wrap fs.ErrNotExist, fs.ErrPermission, or unix.EBUSY for a name that is taken.
//
// Vnet and Wireguard are tried out before Open returns: the interface is up for
// a moment and a few packets are written to it that every kernel drops unseen.
// Auto falls back to the next driver if that fails, and Device.Why tells.
func Open(o Options) (*Device, error) {
	o, err := o.complete()
	if err != nil {
		return nil, err
	}
	candidates, err := candidates(o.Driver)
	if err != nil {
		return nil, err
	}
	if err := refuseTaken(o.Name); err != nil {
		return nil, err
	}
	return openFirst(o, candidates)
}

// candidates returns the openers that driver stands for.
func candidates(driver Driver) ([]opener, error) {
	if driver == Auto {
		return openers, nil
	}
	for i, c := range openers {
		if c.driver == driver {
			return openers[i : i+1], nil
		}
	}
	return nil, fmt.Errorf("tun: no driver %q: there are auto, vnet, wireguard and water", driver)
}

// openFirst returns the device of the first candidate that works.
func openFirst(o Options, candidates []opener) (*Device, error) {
	var why []string
	for _, c := range candidates {
		d := &Device{driver: c.driver, why: strings.Join(why, "; ")}
		err := c.open(d, o)
		if err == nil {
			return d, nil
		}
		_ = d.Close()
		if hopeless(err) || len(candidates) == 1 {
			return nil, err
		}
		why = append(why, fmt.Sprintf("%s: %v", c.driver, err))
	}
	return nil, fmt.Errorf("tun: no driver works here: %s", strings.Join(why, "; "))
}
