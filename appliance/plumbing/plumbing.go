package plumbing

import (
	"errors"
	"fmt"
	"sync"

	"sallyport/netstack"
)

// Plumbing is what is installed for one firewall. Its methods may be called from
// several goroutines.
type Plumbing struct {
	mu       sync.Mutex
	spec     Spec
	links    [netstack.Sides]Link
	attached bool // the TUNs exist and get packets
	over     bool // undone: nothing is to be installed any more
	found    bool // a killed run had left something
	record   *record
	anycast  anycast
	warnings []string
}

// Prepare closes the doors: everything that is to be forwarded is led into
// tables that end in a blackhole. What a killed run left is replaced without
// opening a door. runDir is a directory that outlives the process, where the
// settings as they were are kept until Undo; "" if there is none.
//
// After an error nothing of this call is left, unless a killed run had left
// the doors closed: then they stay closed.
func Prepare(spec Spec, runDir string) (*Plumbing, error) {
	if err := spec.check(); err != nil {
		return nil, err
	}
	record, err := newRecord(runDir)
	if err != nil {
		return nil, err
	}
	p := &Plumbing{spec: spec, record: record, anycast: anycast{}}
	if err := p.clear(); err != nil {
		return nil, err
	}
	p.keep()
	if err := p.prepare(); err != nil {
		return nil, p.retreat(err)
	}
	for _, l := range p.links {
		if l.Name != "" && !l.Up {
			p.warn("%s is down: nothing passes until it is up", l.Name)
		}
	}
	return p, nil
}

// retreat undoes a Prepare that failed.
func (p *Plumbing) retreat(err error) error {
	if p.found {
		return fmt.Errorf("%w (nothing is forwarded: the rules of an earlier run stay)", err)
	}
	return errors.Join(err, p.Undo())
}

func (p *Plumbing) prepare() error {
	if err := p.resolveAndFill(); err != nil {
		return err
	}
	if err := p.addresses(); err != nil {
		return err
	}
	return p.devices()
}

// Update changes what is installed to a new Spec, as after a reload. Sides keep
// their TUN devices and interfaces; what passes before and after passes in
// between.
func (p *Plumbing) Update(spec Spec) error {
	if err := spec.check(); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, side := range bothSides {
		if was, is := p.spec.Sides[side], spec.Sides[side]; was.TUN != is.TUN || was.Bare != is.Bare {
			return fmt.Errorf("%v: another TUN device needs a restart", side)
		}
	}
	p.spec = spec
	return p.again()
}

// again does what has been done so far once more, with the spec and the links as
// they are now.
func (p *Plumbing) again() error {
	if p.over {
		return errors.New("the plumbing has been undone")
	}
	if err := p.prepare(); err != nil || !p.attached {
		return err
	}
	return p.attach()
}

// Links are the facts of the sides' interfaces as of the last call; the zero
// Link for a bare side.
func (p *Plumbing) Links() [netstack.Sides]Link {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.links
}

// keep saves the record; without it only a clean stop of this process restores.
func (p *Plumbing) keep() {
	if err := p.record.save(); err != nil {
		p.warn("the settings as they were cannot be kept for a killed run: %v", err)
		p.record.dir = ""
	}
}
