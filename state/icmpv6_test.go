package state

import (
	"testing"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

// What becomes of each type of ICMPv6 where the rules accept everything: RFC
// 4890's default. "error": passes about a packet of a session alone; "query": may
// begin a session; "reply": passes in a session alone; "": never passes.
func icmpv6Fate(kind uint8) string {
	switch kind {
	case 1, 2, 3, 4: // 4.3.1 and 4.3.2
		return "error"
	case 128, 144, 146: // 4.3.1, and Mobile IPv6 in 4.3.2
		return "query"
	case 129, 145, 147:
		return "reply"
	case 160: // RFC 8335
		return "query"
	case 161:
		return "reply"
	}
	return "" // 4.3.3 local ones, 4.3.4 unallocated and experimental ones, 4.3.5
}

func Test4890TypesThatNobodyAskedFor(t *testing.T) {
	for kind := range 256 {
		r := newRig(t, Limits{MaxSessions: 10})
		unrelated := nettest.UDP("[2001:db8::1]:5000", "[fd00:1::5]:4000")
		p := nettest.ICMPError("fd00:1::5", "2001:db8::1", uint8(kind), 0, unrelated, nettest.ID(7))
		_, reason := r.send(inside, p)
		want := netstack.NoSession
		switch icmpv6Fate(uint8(kind)) {
		case "query":
			want = none
		case "error":
			want = netstack.ICMPUnrelated
		}
		if reason != want {
			t.Errorf("type %d: %v; want %v", kind, reason, want)
		}
		if n := r.Len(); n != 0 && want != none {
			t.Errorf("type %d opens a session", kind)
		}
	}
}

func Test4890RepliesInTheirSession(t *testing.T) {
	for kind := range 256 {
		if icmpv6Fate(uint8(kind)) != "reply" {
			continue
		}
		r := newRig(t, Limits{MaxSessions: 10})
		r.passes(inside, nettest.ICMP("fd00:1::5", "2001:db8::1", uint8(kind)-1, 0, nettest.ID(7)))
		r.refused(outside, nettest.ICMP("2001:db8::1", "fd00:1::5", uint8(kind), 0, nettest.ID(8)), netstack.NoSession)
		r.passes(outside, nettest.ICMP("2001:db8::1", "fd00:1::5", uint8(kind), 0, nettest.ID(7)))
	}
}

// 4.3.1 and 4.3.2: errors must pass if they are about a packet of a session,
// whatever their code.
func Test4890ErrorsInContext(t *testing.T) {
	r := newRig(t, Limits{MaxSessions: 10})
	sent := nettest.UDP("[fd00:1::5]:4000", "[2001:db8::1]:5000")
	r.passes(inside, sent)
	for kind := range uint8(128) {
		for code := range uint8(8) {
			about := nettest.ICMPError("2001:db8:9::1", "fd00:1::5", kind, code, sent)
			if icmpv6Fate(kind) == "error" {
				r.passes(outside, about)
			} else {
				r.refused(outside, about, netstack.NoSession)
			}
		}
	}
}
