package tun

import (
	"fmt"

	"golang.org/x/sys/unix"
	wgtun "golang.zx2c4.com/wireguard/tun"
)

// openWireguard makes a device whose super-packets the library splits and
// coalesces.
func (d *Device) openWireguard(o Options) error {
	first, name, err := d.createOffloading(o)
	if err != nil {
		return err
	}
	if err := d.addWireguard(first); err != nil {
		return err
	}
	for range o.Queues - 1 {
		if err := d.addWireguardQueue(name, queueFlags(o)|unix.IFF_VNET_HDR); err != nil {
			return err
		}
	}
	if err := d.settle(name, o); err != nil {
		return err
	}
	if err := d.control.setMaxSegments(first.BatchSize()); err != nil {
		return err
	}
	return d.selfTest(first.File(), superProbes())
}

// addWireguardQueue opens a further queue. From the call on, its descriptor is
// the library's, which closes it also when it fails.
func (d *Device) addWireguardQueue(name string, flags uint16) error {
	fd, _, err := openQueue(name, flags)
	if err != nil {
		return err
	}
	dev, _, err := wgtun.CreateUnmonitoredTUNFromFD(fd)
	if err != nil {
		return fmt.Errorf("tun: interface %q: a further queue: %w", name, err)
	}
	d.closers = append(d.closers, dev)
	return d.addWireguard(dev)
}

// addWireguard makes dev the device's next queue.
func (d *Device) addWireguard(dev wgtun.Device) error {
	link, err := newWireguardLink(dev)
	if err != nil {
		return err
	}
	d.links = append(d.links, link)
	d.closers = append(d.closers, link)
	return nil
}
