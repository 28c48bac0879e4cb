package conf

import (
	"fmt"
	"net/netip"
	"strings"
)

// End is one end of a packet as it is expected to leave.
type End struct {
	Addr netip.Addr
	Self bool   // any address of the box
	Any  bool   // any address
	Port uint16 // 0: any
}

// String is the end as it is written.
func (e End) String() string {
	host := e.Addr.String()
	switch {
	case e.Any:
		host = anyWord
	case e.Self:
		host = selfWord
	case e.Port != 0:
		return netip.AddrPortFrom(e.Addr, e.Port).String()
	}
	if e.Port != 0 {
		return fmt.Sprintf("%s:%d", host, e.Port)
	}
	return host
}

// readTranslated reads "self -> 10.1.0.10:80".
func (r *testReader) readTranslated(v value) {
	s, ok := v.text()
	r.translated, r.Translated = v.doc.remark(v.node.value, v.node.valueEnd, ""), true
	src, dst, found := strings.Cut(s, "->")
	switch {
	case !ok:
		return
	case !found:
		v.fail("want how the packet leaves, source and destination, as in %q", "self -> 10.1.0.10:80")
		return
	}
	for i, word := range []string{src, dst} {
		end, err := parseEnd(strings.TrimSpace(word))
		if err != nil {
			v.fail("%v", err)
			return
		}
		r.Leaves[i] = end
	}
}

func parseEnd(s string) (e End, err error) {
	host, port, hasPort := cutPort(s)
	if hasPort {
		if e.Port, err = parsePort(port); err != nil {
			return e, err
		}
	}
	switch host {
	case anyWord:
		e.Any = true
	case selfWord:
		e.Self = true
	default:
		e.Addr, err = parseAddr(host)
	}
	return e, err
}
