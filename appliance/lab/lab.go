package lab

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
)

// Config says how a Lab differs from the usual one. The zero Config is the
// drawing at the top of the package.
type Config struct {
	// InsideMTU and OutsideMTU are those of the firewall's two links, at both
	// ends, in bytes, at least 1280; 0 means 1500.
	InsideMTU, OutsideMTU int
	// Router puts a router between the firewall and the outside host, and
	// FarMTU is that of the link behind it; 0 means 1500.
	Router bool
	FarMTU int
	// Wires puts a host with nothing but two interfaces into each of the
	// firewall's two links: left towards inside, right towards outside. Nothing
	// passes it that the caller does not carry.
	Wires bool
	// NoOffload switches segmentation, receive coalescing and checksum offload
	// off on every link, so that packets look as they do on a wire.
	NoOffload bool
	// IPv4Only leaves out all IPv6 addresses and routes.
	IPv4Only bool
}

// Lab is a set of hosts and the links between them. Its methods may be called
// from several goroutines, and several Labs may exist at a time, in one process
// or many.
type Lab struct {
	Inside, Firewall, Outside *Host
	Router                    *Host    // nil unless asked for
	Wires                     [2]*Host // inside's and outside's; nil unless asked for

	prefix string
	config Config

	mu     sync.Mutex
	hosts  []*Host
	cmds   []*Cmd
	closed bool
}

var labs atomic.Uint32

// New builds a Lab. It first removes what Labs of dead processes left behind.
// After an error nothing is left of the new one.
func New(c Config) (*Lab, error) {
	removeStale()
	l := &Lab{config: c, prefix: namePrefix(os.Getpid()) + strconv.Itoa(int(labs.Add(1))) + "-"}
	if err := l.build(); err != nil {
		return nil, errors.Join(fmt.Errorf("lab: %w", err), l.Close())
	}
	return l, nil
}

// NewHost adds a namespace with nothing in it but its loopback. The name is
// unique in this Lab.
func (l *Lab) NewHost(name string) (*Host, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil, os.ErrClosed
	}
	ns, err := newNamespace(l.prefix + name)
	if err != nil {
		return nil, err
	}
	h := &Host{Name: l.prefix + name, ns: ns, lab: l}
	l.hosts = append(l.hosts, h)
	return h, h.settle()
}

// Close kills the processes started in the Lab's hosts that still run, waits
// for them, and removes the namespaces with everything in them. Closing twice is
// harmless.
func (l *Lab) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	for _, c := range l.cmds {
		c.Kill()
	}
	var errs []error
	for _, h := range l.hosts {
		h.runner.stop()
		errs = append(errs, h.ns.remove())
	}
	l.cmds, l.hosts = nil, nil
	return errors.Join(errs...)
}
