package main

import (
	"errors"
	"net/netip"
	"os"
	"path/filepath"

	"sallyport/appliance/lab"
)

// Ghosts, and the real addresses of the lab.
const (
	clientGhost = "10.1.9.10"
	serverGhost = "203.0.113.10"
	markerIn    = "10.1.9.9"
	markerOut   = "203.0.113.9"
	insideReal  = "10.1.0.10"
	outsideReal = "198.51.100.10"
)

// Ports of the datagrams by which it is known that all before them is decided:
// one that passes and one that is refused.
const (
	markerPort  = 9
	barrierPort = 7
)

// station is one side of the firewall: a host, what it sends with, and who
// watches what arrives.
type station struct {
	host    *lab.Host
	crafter *crafter
	sniffer *sniffer
	ghost   string // that sends its markers
}

// bench is a lab and the firewall in it, under one profile.
type bench struct {
	profile string
	lab     *lab.Lab
	dir     string
	in, out *station
	fw      *firewall
	ports   int // handed out
	ids     uint16
}

// newBench builds a lab without a firewall. The caller closes it, after an
// error too.
func newBench(profile, binary, dir string) (*bench, error) {
	b := &bench{profile: profile, dir: filepath.Join(dir, profile), ports: 20000}
	b.fw = &firewall{binary: binary, dir: b.dir}
	if err := os.Mkdir(b.dir, 0o755); err != nil {
		return b, err
	}
	if err := benches.open(b); err != nil {
		return b, err
	}
	routes := errors.Join(
		b.lab.Firewall.AddRoute(netip.MustParsePrefix("10.1.9.0/24"), netip.MustParseAddr(insideReal)),
		b.lab.Router.AddRoute(netip.MustParsePrefix("203.0.113.0/24"), netip.MustParseAddr(outsideReal)))
	var err1, err2 error
	b.in, err1 = newStation(b.lab.Inside, markerIn)
	b.out, err2 = newStation(b.lab.Outside, markerOut)
	return b, errors.Join(routes, err1, err2)
}

func newStation(h *lab.Host, ghost string) (s *station, err error) {
	s = &station{host: h, ghost: ghost}
	if s.sniffer, err = newSniffer(h); err != nil {
		return nil, err
	}
	s.crafter, err = newCrafter(h)
	return s, err
}

// other is the far side.
func (b *bench) other(s *station) *station {
	if s == b.in {
		return b.out
	}
	return b.in
}

// port returns a port that no experiment before has used.
func (b *bench) port() int { b.ports++; return b.ports }

// run has a firewall of this setup at work.
func (b *bench) run(s setup) error {
	config := b.config(s)
	if b.fw.cmd != nil && b.fw.config == config {
		return nil
	}
	if err := b.fw.stop(); err != nil {
		return err
	}
	b.fw.config = config
	if err := b.fw.start(b.lab); err != nil {
		return err
	}
	b.settle(b.in, b.fw.log.mark()) // the markers have their session before the table can be full
	return nil
}

// close removes the lab with all that runs in it.
func (b *bench) close() error {
	var errs []error
	if b.fw != nil {
		errs = append(errs, b.fw.stop())
	}
	for _, s := range []*station{b.in, b.out} {
		if s != nil && s.sniffer != nil {
			errs = append(errs, s.sniffer.close())
		}
	}
	return errors.Join(append(errs, benches.close(b))...)
}
