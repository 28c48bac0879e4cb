package plumbing

import (
	"errors"
	"slices"
)

// Undo removes everything that was installed and puts back what was changed. It
// goes on past single errors and may be repeated. What was not forwarded before
// the firewall is not forwarded at any moment of it: the devices stop forwarding
// first.
func (p *Plumbing) Undo() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	errs := []error{applyProxies(nil), p.anycast.apply(nil), p.restoreDevices(), p.restoreSysctls(), p.removeAddresses()}
	for _, f := range present() {
		errs = append(errs, restoreMovedLocal(f), applyRules(f, nil))
		for _, table := range ourTables() {
			errs = append(errs, fillTable(f, table, nil))
		}
	}
	p.attached, p.over = false, true
	if err := errors.Join(errs...); err != nil {
		return err
	}
	return p.record.remove()
}

func (p *Plumbing) restoreDevices() error {
	var errs []error
	for _, d := range p.record.Devices {
		errs = append(errs, d.restore())
	}
	return errors.Join(errs...)
}

func (d deviceRecord) restore() error {
	err := setDevconf(d.Index, d.Settings)
	if d.TUN != nil {
		err = errors.Join(err, d.TUN.lower(d.Index))
	}
	return err
}

func (p *Plumbing) restoreSysctls() error {
	var errs []error
	for name, value := range p.record.Sysctls {
		errs = append(errs, restoreSysctl(name, value))
	}
	return errors.Join(errs...)
}

func (p *Plumbing) removeAddresses() error {
	var errs []error
	for _, a := range p.record.Added {
		errs = append(errs, a.remove())
	}
	return errors.Join(errs...)
}

// restoreMovedLocal puts the local rule back at preference 0 if it is one of
// ours that does its work now.
func restoreMovedLocal(f family) error {
	ours, err := ourRules(f)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(ours, func(r rule) bool { return r.pref == prefLocal }) {
		return restoreKernelLocal(f)
	}
	return nil
}
