package lab

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// Host is a network namespace with its links.
type Host struct {
	// Name is unique on this machine; `ip netns exec NAME` enters the host,
	// where namespaces could be given names.
	Name string
	Legs []Leg

	ns     *namespace
	lab    *Lab
	runner runner
}

// IPv4 returns the host's address on its first interface, zero if it has none.
func (h *Host) IPv4() netip.Addr { return h.address(func(l Leg) netip.Prefix { return l.IPv4 }) }

// IPv6 returns the host's address on its first interface, zero if it has none.
func (h *Host) IPv6() netip.Addr { return h.address(func(l Leg) netip.Prefix { return l.IPv6 }) }

func (h *Host) address(of func(Leg) netip.Prefix) netip.Addr {
	if len(h.Legs) == 0 {
		return netip.Addr{}
	}
	return of(h.Legs[0]).Addr()
}

// Path returns a file that nsenter --net= takes to enter the host, good while
// this process lives and the Lab is open.
func (h *Host) Path() string {
	if h.ns.named != "" {
		return h.ns.named
	}
	return fmt.Sprintf("/proc/%d/fd/%d", os.Getpid(), h.ns.fd)
}

// Do runs f on a locked thread inside the namespace and returns its error.
// Sockets that f opens stay there and can be used from anywhere later.
// Goroutines that f starts are not inside: so f dials literal addresses, which
// the net package does on the calling goroutine.
func (h *Host) Do(f func() error) error {
	return onThread(func() error {
		if err := unix.Setns(h.ns.fd, unix.CLONE_NEWNET); err != nil {
			return fmt.Errorf("enter %s: %w", h.Name, err)
		}
		return f()
	})
}

// Sysctl writes a value below /proc/sys/net, as the host sees it.
func (h *Host) Sysctl(name, value string) error {
	return h.Do(func() error {
		return os.WriteFile(filepath.Join("/proc/sys/net", name), []byte(value), 0o644)
	})
}

// Forward makes the host's kernel forward IPv4 and IPv6.
func (h *Host) Forward() error {
	if err := h.Sysctl("ipv4/ip_forward", "1"); err != nil {
		return err
	}
	if h.lab.config.IPv4Only {
		return nil
	}
	return h.Sysctl("ipv6/conf/all/forwarding", "1")
}

// settled are settings without which the first second of a host's life, or the
// machine's own settings, would show in what is measured.
var settled = []struct{ name, value string }{
	{"ipv4/conf/all/rp_filter", "0"},      // a new namespace copies those of the machine
	{"ipv4/conf/default/rp_filter", "0"},  //
	{"ipv4/ip_forward", "0"},              //
	{"ipv4/icmp_ratelimit", "0"},          // one error a second would fail traceroute
	{"ipv6/icmp/ratelimit", "0"},          //
	{"ipv6/conf/default/accept_dad", "0"}, // an address is not usable before its detection ends
	{"ipv6/conf/default/dad_transmits", "0"},
	{"ipv6/conf/default/accept_ra", "0"},
}

func (h *Host) settle() error {
	for _, s := range settled {
		err := h.Sysctl(s.name, s.value)
		if os.IsNotExist(err) && h.lab.config.IPv4Only {
			continue // a kernel without IPv6
		}
		if err != nil {
			return err
		}
	}
	return h.loopbackUp()
}
