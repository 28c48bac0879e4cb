package plumbing

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// conf6 is the folder of the IPv6 settings, one folder a device.
const conf6 = "net/ipv6/conf"

// forceForwarding lets single devices forward IPv6 (Linux 6.17 and later).
var forceForwarding = "force_forwarding"

// forward6 lets the kernel forward IPv6 between the named devices. It can only
// be had by sysctl: of the devices themselves where the kernel has
// that, of the whole namespace otherwise.
func (p *Plumbing) forward6(devices ...string) error {
	all, err := readSysctl(conf6 + "/all/forwarding")
	if err != nil || all == "1" {
		return err
	}
	for _, device := range devices {
		name := fmt.Sprintf("%s/%s/%s", conf6, device, forceForwarding)
		value, err := readSysctl(name)
		if err != nil {
			return err
		}
		if value == "" {
			return hint6(p.sysctl(conf6+"/all/forwarding", "1"))
		}
		if err := p.sysctl(name, "1"); err != nil {
			return hint6(err)
		}
	}
	return nil
}

func hint6(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("IPv6 cannot be forwarded here: %w; in a container: --sysctl net.ipv6.conf.all.forwarding=1", err)
}

// awake6 makes sure that IPv6 is not switched off on a device.
func (p *Plumbing) awake6(device string) error {
	name := fmt.Sprintf("%s/%s/disable_ipv6", conf6, device)
	value, err := readSysctl(name)
	if err != nil || value == "0" {
		return err
	}
	if value == "" {
		return fmt.Errorf("%s has no IPv6: its MTU is below 1280, or the kernel has none", device)
	}
	if err := p.sysctl(name, "0"); err != nil {
		return fmt.Errorf("IPv6 is switched off on %s: %w; in a container: "+
			"--sysctl net.ipv6.conf.all.disable_ipv6=0 --sysctl net.ipv6.conf.default.disable_ipv6=0", device, err)
	}
	return nil
}

// sysctl sets a sysctl, and remembers what it was.
func (p *Plumbing) sysctl(name, value string) error {
	was, err := readSysctl(name)
	if err != nil || was == value {
		return err
	}
	if _, known := p.record.Sysctls[name]; !known {
		p.record.Sysctls[name] = was
		p.keep()
	}
	return putSysctl(name, value)
}

// putSysctl writes a sysctl without what the kernel does beyond: to write
// all/forwarding sets every device's forwarding and forgets the default routes
// that routers advertised. No device becomes a router by our doing, so each gets
// its own back.
func putSysctl(name, value string) error {
	if name != conf6+"/all/forwarding" {
		return writeSysctl(name, value)
	}
	before := devices6("forwarding")
	ra := devices6("accept_ra")
	for device, accepts := range ra {
		if accepts == "1" {
			if err := writeSysctl(device, "2"); err != nil {
				return err
			}
		}
	}
	errs := []error{writeSysctl(name, value)}
	for _, saved := range []map[string]string{before, ra} {
		for device, was := range saved {
			errs = append(errs, restoreSysctl(device, was))
		}
	}
	return errors.Join(errs...)
}

// devices6 reads one IPv6 setting of every device, and of those to come.
func devices6(setting string) map[string]string {
	values := map[string]string{}
	entries, err := os.ReadDir(filepath.Join(procSys, conf6))
	if err != nil {
		return values
	}
	for _, e := range entries {
		name := filepath.Join(conf6, e.Name(), setting)
		if value, err := readSysctl(name); err == nil && value != "" && e.Name() != "all" {
			values[name] = value
		}
	}
	return values
}

// restoreSysctl writes a sysctl that may have gone with its device.
func restoreSysctl(name, value string) error {
	now, err := readSysctl(name)
	if err != nil || now == "" || now == value {
		return err
	}
	return putSysctl(name, value)
}
