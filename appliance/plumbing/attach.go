package plumbing

import (
	"errors"
	"fmt"

	"github.com/vishvananda/netlink"

	"sallyport/netstack"
)

// Attach opens the doors: it brings the TUN devices up and leads the packets
// into them. The policy must be loaded.
func (p *Plumbing) Attach() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.resolve(); err != nil {
		return err
	}
	return p.attach()
}

func (p *Plumbing) attach() error {
	for _, side := range bothSides {
		if err := p.attachTUN(side); err != nil {
			return fmt.Errorf("%v: %w", side, err)
		}
	}
	p.attached = true
	return errors.Join(p.fill(), p.proxies())
}

func (p *Plumbing) attachTUN(side netstack.Side) error {
	s := p.spec.Sides[side]
	tun, err := netlink.LinkByName(s.TUN)
	if err != nil {
		return attempt("ip link show dev "+s.TUN, err)
	}
	if !s.Bare {
		if err := errors.Join(p.set(tun.Attrs().Index, tunSettings()), p.address(tun)); err != nil {
			return err
		}
	}
	if err := p.raise(tun, p.links[side].MTU); err != nil {
		return err
	}
	if s.Bare || !s.IPv6 {
		return nil
	}
	if err := p.awake6(s.TUN); err != nil {
		return err
	}
	return p.forward6(s.TUN)
}
