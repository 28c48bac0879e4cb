package tun

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
	wgtun "golang.zx2c4.com/wireguard/tun"

	"sallyport/netstack"
)

// vnetForm puts the virtio header in front of a packet, where the frame has
// room for it.
var vnetForm = form{
	header: netstack.VirtioHeaderLen,
	decode: func(f *netstack.Frame) { f.Offload.Get(f.WithHeadroom(netstack.VirtioHeaderLen)) },
	encode: func(f *netstack.Frame) bool {
		f.Offload.Put(f.WithHeadroom(netstack.VirtioHeaderLen))
		return true
	},
}

// openVnet makes a device whose super-packets are carried whole.
func (d *Device) openVnet(o Options) error {
	first, name, err := d.createOffloading(o)
	if err != nil {
		return err
	}
	if err := d.addRaw(first.File(), vnetForm); err != nil {
		return err
	}
	for range o.Queues - 1 {
		if err := d.addVnetQueue(name, queueFlags(o)|unix.IFF_VNET_HDR); err != nil {
			return err
		}
	}
	if err := d.settle(name, o); err != nil {
		return err
	}
	if err := d.selfTest(first.File(), append(superProbes(), partialProbe())); err != nil {
		return err
	}
	takes := netstack.TSO
	if d.selfTest(first.File(), datagramProbes()) == nil {
		takes |= netstack.USO
	}
	for _, l := range d.links {
		l.(*rawLink).form.offloads = takes
	}
	return nil
}

// createOffloading makes the first queue of a device with offloads.
func (d *Device) createOffloading(o Options) (wgtun.Device, string, error) {
	fd, name, err := openQueue(o.Name, queueFlags(o)|unix.IFF_VNET_HDR)
	if err != nil {
		return nil, "", err
	}
	file, err := unpolled(fd)
	if err != nil {
		return nil, "", err
	}
	dev, err := wgtun.CreateTUNFromFile(file, o.MTU)
	if err != nil {
		_ = file.Close()
		return nil, "", fmt.Errorf("tun: interface %q: offloads: %w", name, err)
	}
	d.closers = append(d.closers, dev)
	go drain(dev.Events())
	return dev, name, nil
}

// drain takes what the device reports of its interface, which plumbing learns
// from rtnetlink, until the device is closed: nobody else would, and after a few
// reports the device's own goroutines would stand still.
func drain(events <-chan wgtun.Event) {
	for range events {
	}
}

// addVnetQueue opens a further queue. Offloads are the device's, not the
// queue's, and negotiated already.
func (d *Device) addVnetQueue(name string, flags uint16) error {
	fd, _, err := openQueue(name, flags)
	if err != nil {
		return err
	}
	file, err := unpolled(fd)
	if err != nil {
		return err
	}
	d.closers = append(d.closers, file)
	return d.addRaw(file, vnetForm)
}

// addRaw makes file the device's next queue.
func (d *Device) addRaw(file *os.File, form form) error {
	link, err := newRawLink(file, form)
	if err != nil {
		return err
	}
	d.links = append(d.links, link)
	return nil
}
