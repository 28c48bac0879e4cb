package appliance

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"sallyport/appliance/plumbing"
	"sallyport/conf"
	"sallyport/netstack"
	"sallyport/netstack/tun"
	"sallyport/policy"
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

// plumbingSpec is what the settings mean for this machine's interfaces.
func plumbingSpec(s *conf.Settings) (plumbing.Spec, error) {
	spec := plumbing.Spec{Steered: steered(s.Policy.NAT), Self: selfServices(s.Policy.Rules, masqueradedSides(s.Policy.NAT))}
	var have [netstack.Sides]families
	for side := range spec.Sides {
		c := &s.Sides[side]
		d := plumbing.Side{TUN: c.TUN, Gateway: c.Gateway, Bare: c.Bare()}
		have[side] = familiesOf(c.Gateway, c.Networks)
		if d.Bare {
			have[side] = bareFamilies(have[side])
		} else {
			link, err := plumbing.Resolve(c.Where())
			if err != nil {
				return spec, fmt.Errorf("%v: %w", netstack.Side(side), err)
			}
			d.Interface, d.External = link.Name, externalOn(netstack.Side(side), s.Policy.NAT)
			if netstack.Side(side) == netstack.Outside {
				spec.Steered = append(spec.Steered, hairpinned(s.Policy.NAT, link.Addresses)...)
			}
			have[side] = have[side].or(familiesOf(link.Addresses))
		}
		spec.Sides[side] = d
	}
	// A family passes if it has addresses on both sides: what is routed into
	// nowhere is better said to be closed.
	for side := range spec.Sides {
		spec.Sides[side].IPv4 = have[netstack.Inside].v4 && have[netstack.Outside].v4
		spec.Sides[side].IPv6 = have[netstack.Inside].v6 && have[netstack.Outside].v6
	}
	return spec, nil
}

// families says which IP versions something has.
type families struct{ v4, v6 bool }

func (f families) or(g families) families { return families{f.v4 || g.v4, f.v6 || g.v6} }

func familiesOf(lists ...[]netip.Prefix) (f families) {
	for _, p := range slices.Concat(lists...) {
		f = f.or(families{p.Addr().Is4(), p.Addr().Is6()})
	}
	return f
}

// bareFamilies: a device without an interface has no addresses to tell by, so
// what is not said is open.
func bareFamilies(said families) families {
	if said == (families{}) {
		return families{true, true}
	}
	return said
}

// masqueradedSides are those whose own address carries translated sessions, or
// may.
func masqueradedSides(nat []policy.NAT) (z policy.Zones) {
	for _, n := range nat {
		if n.Type == policy.Masquerade || n.Type == policy.SNAT {
			z |= n.To
		}
	}
	return z
}
