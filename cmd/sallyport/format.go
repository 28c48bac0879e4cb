package main

import (
	"fmt"
	"net/netip"
	"strconv"
	"time"
)

// span writes a duration in its two largest units: 12s, 1m30s, 3h12m, 2d4h.
func span(d time.Duration) string {
	s := int64(max(d, 0) / time.Second)
	switch {
	case s < 60:
		return fmt.Sprintf("%ds", s)
	case s < 3600:
		return fmt.Sprintf("%dm%02ds", s/60, s%60)
	case s < 86400:
		return fmt.Sprintf("%dh%02dm", s/3600, s/60%60)
	}
	return fmt.Sprintf("%dd%02dh", s/86400, s/3600%24)
}

// since is span from t to now, and "never" for no time.
func (c *cli) since(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return span(c.now().Sub(t)) + " ago"
}

// size writes a number of bytes in powers of a thousand: 999, 1.2k, 34M.
func size(n uint64) string {
	if n < 1000 {
		return strconv.FormatUint(n, 10)
	}
	f := float64(n)
	unit := -1
	for f >= 999.5 && unit < 5 {
		f /= 1000
		unit++
	}
	format := "%.0f%c"
	if f < 9.95 {
		format = "%.1f%c"
	}
	return fmt.Sprintf(format, f, "kMGTPE"[unit])
}

// count groups digits by three: 262,144.
func count[N int | uint64](n N) string {
	s := strconv.FormatUint(uint64(n), 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// plural counts things by their name: 1 packet, 1,234 packets.
func plural[N int | uint64](n N, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return count(n) + " " + what + "s"
}

// endpoint writes an address with its port, or with the identifier that stands
// for one.
func endpoint(protocol string, a netip.Addr, port uint16) string {
	switch {
	case isICMP(protocol):
		return fmt.Sprintf("%v#%d", a, port)
	case port == 0:
		return a.String()
	}
	return netip.AddrPortFrom(a, port).String()
}

// destination is endpoint for the answering side, whose "port" in ICMP is but
// the type of the query.
func destination(protocol string, a netip.Addr, port uint16) string {
	if isICMP(protocol) {
		return a.String()
	}
	return endpoint(protocol, a, port)
}

func isICMP(protocol string) bool { return protocol == "icmp" || protocol == "icmpv6" }
