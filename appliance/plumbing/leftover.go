package plumbing

import (
	"errors"
	"fmt"
	"slices"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// clear looks for what must not be there, and takes over what a killed run left.
func (p *Plumbing) clear() error {
	var errs []error
	for _, f := range present() {
		errs = append(errs, p.clearRules(f), p.clearTables(f))
	}
	if err := errors.Join(errs...); err != nil || !p.found {
		return err
	}
	known, err := p.record.load()
	if err != nil || !known {
		p.warn("an earlier run was killed and left no record of the device settings as they were: "+
			"a clean stop will leave them as they are now%s", because(err))
	}
	return p.forgetStrangers()
}

func because(err error) string {
	if err == nil {
		return ""
	}
	return fmt.Sprintf(" (%v)", err)
}

// clearRules refuses rules of others in our preferences or to our tables.
func (p *Plumbing) clearRules(f family) error {
	all, err := listRules(f)
	if err != nil {
		return err
	}
	for _, n := range all {
		switch {
		case n.Protocol == Mark:
			p.found = true
		case n.Priority > 0 && n.Priority < prefEnd:
			return fmt.Errorf("%s rule %v of somebody else is among the preferences 1 to %d that the firewall needs",
				f.ip(), ruleFrom(n), prefEnd-1)
		case slices.Contains(ourTables(), n.Table):
			return fmt.Errorf("%s rule %v of somebody else uses table %d, which the firewall needs", f.ip(), ruleFrom(n), n.Table)
		}
	}
	return nil
}

// clearTables refuses routes of others in our tables, and a second firewall.
func (p *Plumbing) clearTables(f family) error {
	for _, table := range ourTables() {
		routes, err := tableRoutes(f, table)
		if err != nil {
			return err
		}
		for _, r := range routes {
			if r.Protocol != Mark {
				return fmt.Errorf("%s route %s of somebody else is in table %d, which the firewall needs", f.ip(), routeText(r), table)
			}
			p.found = true
			if alive(r) {
				return fmt.Errorf("another firewall is running here: %s route %s", f.ip(), routeText(r))
			}
		}
	}
	return nil
}

// alive reports whether a route of T leads to a TUN that a process holds: only
// then has it a carrier.
func alive(r netlink.Route) bool {
	if r.Table != steerTable(0) && r.Table != steerTable(1) || r.Type != unix.RTN_UNICAST {
		return false
	}
	link, err := netlink.LinkByIndex(r.LinkIndex)
	return err == nil && link.Attrs().RawFlags&unix.IFF_LOWER_UP != 0
}

// forgetStrangers puts back at once what a killed run had changed of interfaces
// that this one does not use: no rule of ours will guard them any more.
func (p *Plumbing) forgetStrangers() error {
	links, err := resolveSides(p.spec)
	if err != nil {
		return err
	}
	ours := func(index int) bool { return index == links[0].Index || index == links[1].Index }
	var errs []error
	p.record.Devices = slices.DeleteFunc(p.record.Devices, func(d deviceRecord) bool {
		if ours(d.Index) {
			return false
		}
		errs = append(errs, d.restore())
		return true
	})
	return errors.Join(errs...)
}
