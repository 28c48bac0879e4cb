package appliance

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"sallyport/appliance/plumbing"
	"sallyport/netstack"
	"sallyport/netstack/tun"
)

// shutDoors leads everything that is to be forwarded into tables that end in a
// blackhole. From here on nothing passes that the firewall has not let pass,
// whatever happens to this process.
func (a *Appliance) shutDoors() error {
	s := a.settings()
	spec, err := plumbingSpec(s)
	if err != nil {
		return err
	}
	p, err := plumbing.Prepare(spec, runDir(s.Control.Socket))
	if err != nil {
		return err
	}
	if err := plumbing.Release(); err != nil {
		a.log.Warn().Err(err).Msg("some ports of the box stay silent for up to a minute")
	}
	a.plumbing = p
	c := *a.inForce.Load()
	c.spec = spec
	a.inForce.Store(&c)
	a.onStop(p.Undo)
	return nil
}

// runDir is where the plumbing keeps what a killed run would need: beside the
// control socket. Where it cannot be made, the plumbing says what that means.
func runDir(socket string) string {
	dir := filepath.Dir(socket)
	_ = os.MkdirAll(dir, 0o755)
	return dir
}

// openDevices makes the two devices. They are as large as the interfaces they
// stand for, so that the kernel never has to complain about a packet's size
// before the firewall has seen it.
func (a *Appliance) openDevices() error {
	links, s := a.plumbing.Links(), a.settings()
	for side := range netstack.Side(netstack.Sides) {
		d, err := tun.Open(tun.Options{
			Name: s.Sides[side].TUN, MTU: min(links[side].MTU, tun.MaxMTU),
			Queues: queues(s.TUN.Queues), QueueLength: s.TUN.QueueLength, Driver: tun.Driver(s.TUN.Driver),
		})
		if err != nil {
			return fmt.Errorf("%v device: %w", side, err)
		}
		a.devices[side] = d
		a.onStop(d.Close)
	}
	return nil
}

// mostQueues is how many queues a device gets unless somebody asks for more:
// beyond that, workers meet in the session table more often than they gain.
const mostQueues = 4

// queues is how many each device is to have: as asked for, or one for each
// processor this process may use.
func queues(asked int) int {
	if asked > 0 {
		return asked
	}
	return min(runtime.GOMAXPROCS(0), mostQueues)
}

func (a *Appliance) openDoors() error { return a.plumbing.Attach() }
