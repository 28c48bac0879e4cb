package conf

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"sallyport/netstack"
)

// SetInterface makes text the interface of the side: its name, or a subnet to
// find it by. It replaces what was set before; "" makes a bare TUN. It is also
// what flags that override the file go through.
func (s *Side) SetInterface(text string) error {
	s.Interface, s.Subnet = "", netip.Prefix{}
	if !strings.Contains(text, "/") {
		s.Interface = text
		return checkInterfaceName(text)
	}
	p, err := parsePrefix(text)
	s.Subnet = p
	return err
}

// AddGateway makes text, an address with or without a length, one that the
// inside's interface is given while the firewall runs. It is what a flag goes
// through.
func (s *Settings) AddGateway(text string) error {
	inside := &s.Sides[netstack.Inside]
	g, err := parseGateway(text)
	switch {
	case err != nil:
		return err
	case isSecond(g, inside.Gateway):
		return errSecondGateway
	}
	inside.Gateway = append(inside.Gateway, g)
	return inside.settle(&inside.Gateway[len(inside.Gateway)-1])
}

// checkInterfaceName holds a name to what Linux takes (dev_valid_name).
func checkInterfaceName(name string) error {
	switch {
	case len(name) > 15:
		return fmt.Errorf("%q is longer than the 15 bytes of an interface's name", name)
	case name == "." || name == ".." || strings.ContainsAny(name, "/: \t\r\n\v\f") || oneLine(name) != name:
		return fmt.Errorf("%q is not the name of an interface", name)
	}
	return nil
}

// sideReader reads a side and keeps the places of what is to be compared later.
type sideReader struct {
	side                    *Side
	iface, tun              *value // nil if not said
	gateways, networkValues []value
}

func (r *sideReader) read(v value) {
	v.read([]field{
		{"interface", r.readInterface},
		{"networks", r.readNetworks},
		{"gateway", r.readGateway},
		{"tun", r.readTUN},
	})
}

func (r *sideReader) readInterface(v value) {
	s, ok := v.text()
	if !ok {
		return
	}
	err := r.side.SetInterface(s)
	if s == "" {
		err = errors.New("an empty name; leave the key out for a bare TUN")
	}
	if err != nil {
		v.fail("%v", err)
		return
	}
	r.iface = &v
}

func (r *sideReader) readTUN(v value) {
	s, ok := v.text()
	if !ok {
		return
	}
	err := checkInterfaceName(s)
	if s == "" {
		err = errors.New("an empty name")
	}
	if err != nil {
		v.fail("%v", err)
		return
	}
	r.side.TUN, r.tun = s, &v
}

func (r *sideReader) readNetworks(v value) {
	elements, _ := v.list()
	for e, s := range texts(elements) {
		p, err := parsePrefix(s)
		if err != nil {
			e.fail("%v", err)
			continue
		}
		r.side.Networks = append(r.side.Networks, p)
		r.networkValues = append(r.networkValues, e)
	}
}

// readGateway takes one address, or one of each family. Without a length they
// get that of the network that they are in, or stand alone.
func (r *sideReader) readGateway(v value) {
	for e, s := range texts(v.oneOrMore()) {
		p, err := parseGateway(s)
		if err != nil {
			e.fail("%v", err)
			continue
		}
		r.side.Gateway = append(r.side.Gateway, p)
		r.gateways = append(r.gateways, e)
	}
}
