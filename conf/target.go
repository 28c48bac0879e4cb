package conf

import (
	"fmt"
	"strings"

	"sallyport/policy"
)

// readTranslateTo reads one entry, or a list of them: hosts of a dnat, addresses
// of the other types.
func (r *natReader) readTranslateTo(v value) {
	for _, e := range v.oneOrMore() {
		if r.kind == policy.DNAT {
			r.readTarget(e)
		} else {
			r.readExternal(e)
		}
	}
	if n := len(r.external); n > 1 && (r.kind == policy.Static || r.kind == policy.NPTv6) {
		v.fail("%s needs one address, range or prefix here; write one [[nat]] for each", r.typeWord())
	}
	if len(r.targets) > maxTargets {
		v.fail("%d hosts are more than %d", len(r.targets), maxTargets)
	}
}

// maxTargets bounds what it costs to choose one.
const maxTargets = 64

func (r *natReader) readTarget(v value) {
	s, ok := v.text()
	if !ok {
		return
	}
	target, err := parseTarget(s)
	if err != nil {
		v.fail("%v", err)
		return
	}
	r.targets = append(r.targets, target)
}

// readExternal reads an address, a range, a prefix or a named list of them.
func (r *natReader) readExternal(v value) {
	s, ok := v.text()
	if !ok {
		return
	}
	list, ok := r.words.addresses.entry(v, s)
	for _, a := range list {
		switch {
		case !ok:
			return
		case a.Self || s == anyWord:
			v.fail("%q is not an address to translate to; masquerade takes the box's own", s)
			return
		case !a.Range.First.IsGlobalUnicast() || !a.Range.Last.IsGlobalUnicast():
			v.fail("%q holds addresses that no host can be reached at", s)
			return
		}
		r.external = append(r.external, a.Range)
	}
}

// parseTarget reads "10.1.0.10", "10.1.0.10:80", "10.1.0.10:9000-9099",
// "fd00::1" and "[fd00::1]:80".
func parseTarget(s string) (t policy.Target, err error) {
	address := s
	if host, text, found := cutPort(s); found {
		if t.Ports, err = parsePorts(text); err != nil {
			return t, err
		}
		address = host
	}
	t.Addr, err = parseAddr(address)
	if err == nil && !t.Addr.IsGlobalUnicast() {
		err = fmt.Errorf("%q is not an address that a host can be reached at", address)
	}
	return t, err
}

// cutPort cuts "host:port" and "[host]:port"; an IPv6 address without brackets
// has no port.
func cutPort(s string) (host, port string, found bool) {
	i := strings.LastIndexByte(s, ':')
	switch {
	case strings.HasPrefix(s, "[") && strings.HasSuffix(s, "]"):
		return s[1 : len(s)-1], "", false
	case i > 1 && s[0] == '[' && s[i-1] == ']':
		return s[1 : i-1], s[i+1:], true
	case i >= 0 && strings.IndexByte(s, ':') == i:
		return s[:i], s[i+1:], true
	}
	return s, "", false
}
