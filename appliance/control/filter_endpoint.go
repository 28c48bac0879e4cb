package control

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// part is one of the four endpoints that a session has: of either tuple,
// either end.
type part func(*Session) (netip.Addr, uint16)

func originalSrc(s *Session) (netip.Addr, uint16) { return s.Original.Src, s.Original.Sport }
func originalDst(s *Session) (netip.Addr, uint16) { return s.Original.Dst, s.Original.Dport }
func replySrc(s *Session) (netip.Addr, uint16)    { return s.Reply.Src, s.Reply.Sport }
func replyDst(s *Session) (netip.Addr, uint16)    { return s.Reply.Dst, s.Reply.Dport }

// tuple is the endpoints that the words src and dst, or neither, stand for.
type tuple struct{ src, dst, either []part }

var (
	originalTuple = tuple{[]part{originalSrc}, []part{originalDst}, []part{originalSrc, originalDst}}
	replyTuple    = tuple{[]part{replySrc}, []part{replyDst}, []part{replySrc, replyDst}}

	// sessionTuple is meant when no tuple is named: src and dst as the session
	// was opened, host, net and port before and after translation.
	sessionTuple = tuple{originalTuple.src, originalTuple.dst, []part{originalSrc, originalDst, replySrc, replyDst}}
)

// endpointTerms returns the terms about addresses and ports.
func endpointTerms() map[string]termParser {
	of := tupleTerms(sessionTuple)
	of["original"], of["orig"] = within(originalTuple), within(originalTuple)
	of["reply"] = within(replyTuple)
	return of
}

func tupleTerms(t tuple) map[string]termParser {
	return map[string]termParser{
		"src": end(t.src), "dst": end(t.dst),
		"host": addressTerm(t.either), "net": addressTerm(t.either),
		"sport": portTerm(t.src), "dport": portTerm(t.dst), "port": portTerm(t.either),
	}
}

// within is "reply src 10.0.0.1": a term about one tuple.
func within(t tuple) termParser {
	return func(p *parser, of token) (matcher, error) {
		v, err := p.value(of)
		if err != nil {
			return nil, err
		}
		words := tupleTerms(t)
		parse, ok := words[strings.ToLower(v.text)]
		if !ok || v.kind != tokenWord {
			return nil, v.hinted(nearest(v.text, sortedKeys(words)), "%q cannot follow %q", v.text, of.text)
		}
		return parse(p, v)
	}
}

// end is "src 10.0.0.1" and, as tcpdump has it, "src net 10.0.0.0/8" and
// "src port 53".
func end(of []part) termParser {
	return func(p *parser, t token) (matcher, error) {
		if next := p.peek(); next.kind == tokenWord {
			switch strings.ToLower(next.text) {
			case "host", "net":
				return addressTerm(of)(p, p.take())
			case "port":
				return portTerm(of)(p, p.take())
			}
		}
		return addressTerm(of)(p, t)
	}
}

// addressTerm takes an address or a prefix.
func addressTerm(of []part) termParser {
	return func(p *parser, t token) (matcher, error) {
		return equal(p, t, func(v token) (matcher, error) {
			prefix, ok := parsePrefix(v.text)
			if !ok {
				return nil, v.errorf("%q is no address or network", v.text)
			}
			return anyPart(of, func(a netip.Addr, _ uint16) bool { return prefix.Contains(a) }), nil
		})
	}
}

func parsePrefix(s string) (netip.Prefix, bool) {
	if p, err := netip.ParsePrefix(s); err == nil {
		return p, true
	}
	a, err := netip.ParseAddr(s)
	a = a.WithZone("").Unmap()
	return netip.PrefixFrom(a, a.BitLen()), err == nil
}

// portTerm takes a port or a range of ports, 1024-65535.
func portTerm(of []part) termParser {
	return func(p *parser, t token) (matcher, error) {
		return equal(p, t, func(v token) (matcher, error) {
			first, last, ok := parsePorts(v.text)
			if !ok {
				return nil, v.errorf("%q is no port or range of ports", v.text)
			}
			return anyPart(of, func(_ netip.Addr, port uint16) bool { return first <= port && port <= last }), nil
		})
	}
}

func parsePorts(s string) (first, last uint16, ok bool) {
	from, to, isRange := strings.Cut(s, "-")
	if !isRange {
		to = from
	}
	a, err1 := strconv.ParseUint(from, 10, 16)
	b, err2 := strconv.ParseUint(to, 10, 16)
	return uint16(a), uint16(b), err1 == nil && err2 == nil && a <= b
}

func anyPart(of []part, is func(netip.Addr, uint16) bool) matcher {
	return func(s *Session, _ time.Time) bool {
		return slices.ContainsFunc(of, func(p part) bool { return is(p(s)) })
	}
}
