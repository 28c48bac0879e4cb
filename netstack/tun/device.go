package tun

import (
	"errors"
	"io"
	"sync"
	"sync/atomic"

	"sallyport/netstack"
)

// Device is one TUN interface with its queues. Its methods may be called from
// any goroutine; each of its queues belongs to one thread at a time.
type Device struct {
	driver  Driver
	why     string
	mtu     atomic.Int32
	lost    atomic.Uint64
	control *control
	links   []netstack.Link
	closers []io.Closer
	once    sync.Once
	err     error
}

// Name returns the interface's name as the kernel gave it.
func (d *Device) Name() string { return d.control.link.Attrs().Name }

// Index returns the interface's number in its network namespace.
func (d *Device) Index() int { return d.control.link.Attrs().Index }

// MTU returns the MTU in bytes that this Device last set.
func (d *Device) MTU() int { return int(d.mtu.Load()) }

// Driver returns the driver in use, never Auto.
func (d *Device) Driver() Driver { return d.driver }

// Why says why Auto took a lesser driver than the best: an error for each one
// passed over, separated by "; ". It is "" if none was.
func (d *Device) Why() string { return d.why }

// Queues returns the number of queues, at least 1.
func (d *Device) Queues() int { return len(d.links) }

// Queue returns queue i, 0 to Queues()-1, the same one each time. Its Receive
// and Send return os.ErrClosed once the device is closed or its interface has
// been deleted. A Send may change the bytes of the frames that it borrows.
func (d *Device) Queue(i int) netstack.Link { return d.links[i] }

// SetMTU sets the interface's MTU in bytes, MinMTU to MaxMTU.
func (d *Device) SetMTU(mtu int) error {
	if err := checkMTU(mtu); err != nil {
		return err
	}
	if err := d.control.setMTU(mtu); err != nil {
		return err
	}
	d.mtu.Store(int32(mtu))
	return nil
}

// Lost returns how many packets, counting a super-packet as one, found the
// device's queues full since it was opened: the kernel drops those, and nobody
// else ever sees them. Of a device that is gone it is the last that was learnt.
func (d *Device) Lost() uint64 {
	if n, err := d.control.lost(); err == nil {
		d.lost.Store(n)
	}
	return d.lost.Load()
}

// Up brings the interface up. Until then a Send refuses everything, and the
// kernel sends nothing.
func (d *Device) Up() error { return d.control.up() }

// Close removes the interface and closes its queues. Whoever polls an FD of it
// is woken, by POLLERR or POLLIN; in a process that has given up CAP_NET_ADMIN
// only a queue of the Wireguard driver can do that. After Close a descriptor
// number may be somebody else's: it must not be polled again. A second Close
// does nothing and returns what the first did.
func (d *Device) Close() error {
	d.once.Do(func() { d.err = d.close() })
	return d.err
}

func (d *Device) close() error {
	var errs []error
	if d.control != nil {
		d.control.remove()
		defer d.control.close()
	}
	for _, c := range d.closers {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}

// settle finds the new interface and gives it the settings that every driver's
// has.
func (d *Device) settle(name string, o Options) (err error) {
	if d.control, err = openControl(name); err != nil {
		return err
	}
	if err := d.SetMTU(o.MTU); err != nil {
		return err
	}
	return errors.Join(d.control.setQueueLength(o.QueueLength), d.control.noQueueing(), d.control.quiet())
}
