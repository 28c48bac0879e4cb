package plumbing

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/vishvananda/netlink"

	"sallyport/netstack"
)

// present are the families that the kernel has.
func present() []family {
	if _, err := os.Stat(filepath.Join(procSys, "net/ipv6")); err != nil {
		return families[:1]
	}
	return families
}

// resolve reads the facts of the interfaces. All that is done until the next
// resolve goes by them.
func (p *Plumbing) resolve() error {
	links, err := resolveSides(p.spec)
	if err != nil {
		return err
	}
	p.links = links
	for _, side := range bothSides {
		if l := links[side]; l.Name != "" {
			p.spec.Sides[side].Interface = l.Name
		}
	}
	return nil
}

// fill makes rules and tables what the spec and the links ask for. Doing it again
// changes nothing.
func (p *Plumbing) fill() error {
	ephemeral, err := Ephemeral()
	if err != nil {
		return err
	}
	for _, f := range present() {
		if err := p.fillFamily(f, ephemeral); err != nil {
			return err
		}
	}
	return nil
}

func (p *Plumbing) resolveAndFill() error {
	if err := p.resolve(); err != nil {
		return err
	}
	return p.fill()
}

// fillFamily fills the tables before the rules that lead to them are made,
// and takes the local rule away only when the one that replaces it is there.
func (p *Plumbing) fillFamily(f family, ephemeral netstack.PortRange) error {
	rules, err := planRules(f, p.spec, p.links, ephemeral)
	if err != nil {
		return err
	}
	for _, side := range bothSides {
		if err := p.fillSide(f, side); err != nil {
			return err
		}
	}
	if !movesLocal(p.spec, f) {
		return errors.Join(restoreMovedLocal(f), applyRules(f, rules))
	}
	if err := applyRules(f, rules); err != nil {
		return err
	}
	return removeKernelLocal(f)
}

// fillSide fills both tables of a side; those of a bare one are empty.
func (p *Plumbing) fillSide(f family, side netstack.Side) error {
	s := p.spec.Sides[side]
	if s.Bare {
		return errors.Join(fillTable(f, steerTable(side), nil), fillTable(f, emitTable(side), nil))
	}
	steer := []netlink.Route{blackhole(f, steerTable(side))}
	emit := []netlink.Route{blackhole(f, emitTable(side))}
	if p.attached && s.forwards(f) {
		tun, err := netlink.LinkByName(s.TUN)
		if err != nil {
			return attempt("ip link show dev "+s.TUN, err)
		}
		steer = steerRoutes(f, side, tun, p.links[side])
		if emit, err = emitRoutes(f, side, p.links[side]); err != nil {
			return err
		}
	}
	return errors.Join(fillTable(f, emitTable(side), emit), fillTable(f, steerTable(side), steer))
}

// addresses gives the interfaces their gateway addresses, and takes account of
// them.
func (p *Plumbing) addresses() error {
	changed := p.dropAddresses()
	for _, side := range bothSides {
		added, err := p.addAddresses(p.links[side], p.spec.Sides[side].Gateway)
		if err != nil {
			return fmt.Errorf("%v: %w", side, err)
		}
		changed = changed || added
	}
	if !changed {
		return nil
	}
	return p.resolveAndFill()
}

// devices sets what the interfaces need to forward.
func (p *Plumbing) devices() error {
	for _, side := range bothSides {
		s, l := p.spec.Sides[side], p.links[side]
		if s.Bare {
			continue
		}
		if s.IPv4 {
			if err := errors.Join(proxiesNothing(), p.set(l.Index, interfaceSettings())); err != nil {
				return fmt.Errorf("%v: %w", side, err)
			}
		}
		if s.IPv6 {
			if err := errors.Join(p.awake6(l.Name), p.forward6(l.Name)); err != nil {
				return fmt.Errorf("%v: %w", side, err)
			}
		}
	}
	return nil
}

// Ephemeral is the range of ports that the kernel gives to the box's own
// connections. Masquerading behind an address of the box must not use it.
func Ephemeral() (r netstack.PortRange, err error) {
	const name = "net/ipv4/ip_local_port_range"
	text, err := readSysctl(name)
	if err != nil {
		return r, err
	}
	if _, err := fmt.Sscan(text, &r.First, &r.Last); err != nil {
		return r, fmt.Errorf("%s: %q: %w", name, text, err)
	}
	return r, nil
}
