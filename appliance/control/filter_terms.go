package control

import (
	"maps"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"sallyport/netstack"
)

// termParser reads what follows the word t and compiles it.
type termParser func(p *parser, t token) (matcher, error)

// terms is the vocabulary. It is filled by init because the terms' parsers look
// up the vocabulary themselves.
var terms map[string]termParser

func init() {
	terms = map[string]termParser{
		"all": bare(func(*Session) bool { return true }),
		"any": bare(func(*Session) bool { return true }),

		"ipv4": bare(func(s *Session) bool { return s.Original.Src.Is4() }),
		"ipv6": bare(func(s *Session) bool { return s.Original.Src.Is6() }),

		"proto": protocolTerm, "protocol": protocolTerm,

		"state":   text(func(s *Session) string { return s.State }),
		"rule":    text(func(s *Session) string { return s.Rule }),
		"profile": text(func(s *Session) string { return s.Profile }),
		"nat":     optional(texts(func(s *Session) []string { return strings.Split(s.NAT, ",") }), func(s *Session) bool { return s.NAT != "" }),
		"helper":  optional(text(func(s *Session) string { return s.Helper }), func(s *Session) bool { return s.Helper != "" }),
		"flag":    texts(func(s *Session) []string { return s.Flags }),
		"side":    oneOf([]string{"inside", "outside"}, func(s *Session) string { return s.Original.In }),

		"id":      number(strconvUint, func(s *Session, _ time.Time) int64 { return int64(s.ID) }),
		"packets": number(amount, func(s *Session, _ time.Time) int64 { return int64(s.Packets[0] + s.Packets[1]) }),
		"bytes":   number(amount, func(s *Session, _ time.Time) int64 { return int64(s.Bytes[0] + s.Bytes[1]) }),
		"age":     number(seconds, func(s *Session, now time.Time) int64 { return int64(now.Sub(s.Started)) }),
		"idle":    number(seconds, func(s *Session, now time.Time) int64 { return int64(now.Sub(s.LastSeen)) }),
		"left":    number(seconds, func(s *Session, _ time.Time) int64 { return s.TimeoutLeft * int64(time.Second) }),
	}
	for _, name := range protocols {
		terms[name] = bare(func(s *Session) bool { return s.Protocol == name })
	}
	maps.Copy(terms, endpointTerms())
}

var protocols = protocolNames()

// protocolNames returns the names of the protocols that have one.
func protocolNames() (names []string) {
	for n := range 256 {
		if name := netstack.Protocol(n).String(); !strings.Contains(name, "/") {
			names = append(names, name)
		}
	}
	return names
}

// unknown says that t is no term, and what it might have been.
func unknown(t token) error {
	if _, err := netip.ParseAddr(t.text); err == nil {
		return t.hinted(strconv.Quote("host "+t.text), "the address %s without a word before it", t.text)
	}
	if _, err := netip.ParsePrefix(t.text); err == nil {
		return t.hinted(strconv.Quote("net "+t.text), "the network %s without a word before it", t.text)
	}
	if _, err := strconv.ParseUint(t.text, 10, 16); err == nil {
		return t.hinted(strconv.Quote("port "+t.text), "the number %s without a word before it", t.text)
	}
	return t.hinted(nearest(t.text, sortedKeys(terms)), "%q is not a term", t.text)
}
