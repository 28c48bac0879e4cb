package main

import (
	"sync"

	"sallyport/appliance/lab"
)

// benches are those to be closed when the run is broken off.
var benches labs

type labs struct {
	mu  sync.Mutex
	all []*lab.Lab
}

func (l *labs) open(b *bench) (err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if b.lab, err = lab.New(lab.Config{Router: true, NoOffload: true, IPv4Only: true}); err == nil {
		l.all = append(l.all, b.lab)
	}
	return err
}

func (l *labs) close(b *bench) error {
	if b.lab == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return b.lab.Close()
}

// closeAll closes them for good: nobody opens another.
func (l *labs) closeAll() {
	l.mu.Lock()
	for _, one := range l.all {
		_ = one.Close()
	}
}
