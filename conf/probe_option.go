package conf

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"sallyport/netstack"
)

// probeOptions are the words of a packet that say more than who speaks to whom.
var probeOptions map[string]func(*probeReader) error

func init() { // they read packets themselves
	probeOptions = map[string]func(*probeReader) error{
		"flags":  (*probeReader).readFlags,
		"seq":    func(r *probeReader) error { r.p.SeqSaid = true; return number(r, &r.p.Seq, "seq", 32) },
		"tag":    func(r *probeReader) error { return number(r, &r.p.Seq, "tag", 32) },
		"ack":    func(r *probeReader) error { r.p.AckSaid = true; return number(r, &r.p.Ack, "ack", 32) },
		"window": func(r *probeReader) error { return number(r, &r.p.Window, "window", 16) },
		"id":     func(r *probeReader) error { return number(r, &r.p.ID, "id", 16) },
		"ttl":    func(r *probeReader) error { return number(r, &r.p.TTL, "ttl", 8) },
		"size":   (*probeReader).readSize,
		"df":     func(r *probeReader) error { r.p.DontFragment = true; return nil },
		"nodf":   func(r *probeReader) error { r.fragmentable = true; return nil },
		"about":  (*probeReader).readAbout,
	}
}

// number reads a word as a number of so many bits.
func number[T uint8 | uint16 | uint32](r *probeReader, to *T, what string, bits int) error {
	w := r.next()
	n, err := strconv.ParseUint(w, 0, bits)
	if err != nil {
		return fmt.Errorf("%s %q is not a number from 0 to %d", what, w, uint64(1)<<bits-1)
	}
	*to = T(n)
	return nil
}

func (r *probeReader) readSize() error {
	w := r.next()
	n, err := strconv.Atoi(w)
	if err != nil || n < 1 || n > netstack.MaxPacket {
		return fmt.Errorf("size %q is not a number of bytes from 1 to %d", w, netstack.MaxPacket)
	}
	r.p.Size = n
	return nil
}

// flagLetters are the TCP flags from the lowest bit, as tcpdump and hping have
// them; "." is ACK in tcpdump's.
const flagLetters = "FSRPAUEC"

func (r *probeReader) readFlags() error {
	w := r.next()
	r.flags = true
	switch w {
	case "":
		return errors.New("flags are missing: letters such as SA, or none")
	case "none":
		return nil
	}
	for _, letter := range strings.ReplaceAll(strings.ToUpper(w), ".", "A") {
		bit := strings.IndexRune(flagLetters, letter)
		if bit < 0 {
			return fmt.Errorf("flags %q: want letters of %s, or none", w, flagLetters)
		}
		r.p.Flags |= 1 << bit
	}
	return nil
}

// readAbout takes the rest for the packet that an ICMP error quotes.
func (r *probeReader) readAbout() error {
	inner := probeReader{service: r.service}
	quoted, err := inner.read(strings.Join(r.words, " "))
	if err != nil {
		return fmt.Errorf("what it is about: %w", err)
	}
	r.p.Quoted, r.words = &quoted, nil
	return nil
}

// ProbeWords are the words of a packet that can be told beforehand: protocols,
// services and what can be said besides.
func ProbeWords() []string {
	words := append(protocolNames(), "proto", selfWord)
	words = append(words, builtinNames()...)
	return append(words, slices.Sorted(maps.Keys(probeOptions))...)
}
