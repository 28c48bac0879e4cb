package conf

import (
	"fmt"
	"strings"

	"sallyport/netstack/craft"
	"sallyport/policy"
)

// Probe is a packet that somebody asks about.
type Probe struct {
	craft.Packet
	// SrcSelf and DstSelf say that the address is the box's own, whatever that is
	// on the side that the packet arrives on; it is then not in the Packet.
	SrcSelf, DstSelf bool
	// SeqSaid and AckSaid report that the numbers of a TCP segment were given, and
	// are not just a correct beginning's.
	SeqSaid, AckSaid bool
	// Quoted is the packet that an ICMP error is about; Packet.Quoted is nil.
	Quoted *Probe
}

// ParseProbe reads a packet in words, as "10.1.0.5 -> 1.1.1.1 tcp/443" or "tcp
// 10.1.0.5:5000 1.1.1.1:443 flags A seq 17": two addresses, each perhaps with a
// port, a protocol or service in any place, and then what else there is to say.
func ParseProbe(text string) (Probe, error) {
	return (&probeReader{service: builtinService}).read(text)
}

// probeReader reads one packet.
type probeReader struct {
	service func(word string) ([]policy.Service, error)
	p       Probe
	words   []string
	ends    int // addresses that were read
	said    map[string]bool
	srcPort, dstPort, protocol, icmpType,
	flags, fragmentable bool // they were said
}

func (r *probeReader) read(text string) (Probe, error) {
	r.said = map[string]bool{}
	r.words = strings.Fields(text)
	for len(r.words) > 0 {
		if err := r.word(r.next()); err != nil {
			return Probe{}, err
		}
	}
	return r.p, r.complete()
}

func (r *probeReader) next() (word string) {
	if len(r.words) == 0 {
		return ""
	}
	word, r.words = r.words[0], r.words[1:]
	return word
}

func (r *probeReader) word(w string) error {
	if option, ok := probeOptions[w]; ok {
		if r.said[w] {
			return fmt.Errorf("%q is said twice", w)
		}
		r.said[w] = true
		return option(r)
	}
	switch {
	case w == "->":
		return nil
	case isEndpoint(w):
		return r.endpoint(w)
	}
	return r.readService(w)
}

// isEndpoint tells an address, with or without a port, from the name of a
// service.
func isEndpoint(w string) bool {
	return strings.ContainsAny(w, ".:") || w == selfWord
}

func (r *probeReader) endpoint(w string) error {
	host, text, hasPort := cutPort(w)
	port, err := uint16(0), error(nil)
	if hasPort {
		if port, err = parsePort(text); err != nil {
			return err
		}
	}
	self, p := host == selfWord, &r.p
	addr, err := parseAddr(host)
	if err != nil && !self {
		return err
	}
	switch r.ends++; r.ends {
	case 1:
		p.Src, p.SrcSelf = addr, self
		return setPort(&p.SrcPort, &r.srcPort, port)
	case 2:
		p.Dst, p.DstSelf = addr, self
		return setPort(&p.DstPort, &r.dstPort, port)
	}
	return fmt.Errorf("a third address, %q: a packet has a source and a destination", w)
}

// setPort sets a port, unless another was said; 0 says nothing.
func setPort(to *uint16, said *bool, port uint16) error {
	if port == 0 {
		return nil
	}
	if *said && *to != port {
		return fmt.Errorf("one end has two ports, %d and %d", *to, port)
	}
	*to, *said = port, true
	return nil
}
