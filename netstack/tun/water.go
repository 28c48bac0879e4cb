package tun

import (
	"os"

	"github.com/songgao/water"
	"golang.org/x/sys/unix"

	"sallyport/netstack"
)

// plainForm is a packet and nothing else.
var plainForm = form{
	decode: func(f *netstack.Frame) { f.Offload = netstack.Offload{} },
	encode: finish,
}

// openWater makes a device without offloads.
func (d *Device) openWater(o Options) error {
	name := o.Name
	for range o.Queues {
		file, made, err := openWaterQueue(name, o.Queues > 1)
		if err != nil {
			return err
		}
		name = made
		d.closers = append(d.closers, file)
		if err := d.addRaw(file, plainForm); err != nil {
			return err
		}
	}
	return d.settle(name, o)
}

// openWaterQueue returns the file of a queue and the interface's real name. The
// library opens the node non-blocking but not close-on-exec, and keeps the
// descriptor if the rest fails; so the node is tried first, which also says
// better what is wrong with it.
func openWaterQueue(name string, several bool) (*os.File, string, error) {
	fd, err := openNode()
	if err != nil {
		return nil, "", err
	}
	_ = unix.Close(fd)
	w, err := water.New(water.Config{DeviceType: water.TUN, PlatformSpecificParams: water.PlatformSpecificParams{
		Name: name, MultiQueue: several,
	}})
	if err != nil {
		return nil, "", explainInterface(name, err)
	}
	return w.ReadWriteCloser.(*os.File), w.Name(), nil
}
