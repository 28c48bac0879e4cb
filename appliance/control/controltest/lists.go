package controltest

import (
	"net/netip"
	"time"

	"sallyport/appliance/control"
)

// Stats has a reason that never occurred.
func (b *Backend) Stats() []control.Stat {
	return []control.Stat{
		{Reason: "passed", Inside: 123456, Outside: 234567},
		{Reason: "policy", Inside: 7, Outside: 65},
		{Reason: "no-session", Outside: 5},
		{Reason: "martian"},
	}
}

// Asymmetric has two pairs.
func (b *Backend) Asymmetric() []control.Asymmetric {
	return []control.Asymmetric{
		{In: "outside", Src: netip.MustParseAddr("192.0.2.9"), Dst: netip.MustParseAddr("10.1.0.5"), Packets: 1234, Last: Noon.Add(-3 * time.Second)},
		{In: "inside", Src: netip.MustParseAddr("fd00:1::5"), Dst: netip.MustParseAddr("2001:db8::53"), Packets: 2, Last: Noon.Add(-time.Hour)},
	}
}

// Rules has one that was never hit.
func (b *Backend) Rules() []control.Rule {
	return []control.Rule{
		{Number: 1, Name: "web", Action: "accept", Hits: 4321, LastHit: Noon.Add(-12 * time.Second), FirstHit: Noon.Add(-50 * time.Hour),
			Sessions: 4300, Live: 2, Packets: 123456, Bytes: 98_700_000, Share: 0.987},
		{Number: 2, Name: "mail in", Action: "accept"},
		{Number: 3, Name: "web again", Action: "accept", Note: "shadowed", By: []string{"web"}},
		{Number: 0, Name: "default", Action: "drop", Hits: 77, LastHit: Noon.Add(-26 * time.Hour), FirstHit: Noon.Add(-49 * time.Hour),
			Packets: 77, Bytes: 1_300_000, Share: 0.013},
	}
}

// Fragments has one that waits for its first fragment, and one that is refused.
func (b *Backend) Fragments() []control.Datagram {
	return []control.Datagram{
		{
			In: "inside", Protocol: "udp", Src: netip.MustParseAddr("10.1.0.5"), Dst: netip.MustParseAddr("198.51.100.7"),
			Identification: 4711, Fragments: 2, Bytes: 3000, Last: true, Began: Noon.Add(-12 * time.Second), TimeoutLeft: 18,
		},
		{
			In: "outside", Protocol: "tcp", Src: netip.MustParseAddr("fd00:9::1"), Sport: 443, Dst: netip.MustParseAddr("fd00:1::5"), Dport: 40001,
			Identification: 0xdeadbeef, First: true, Refused: "frag-overlap", Began: Noon.Add(-2 * time.Second), TimeoutLeft: 28,
		},
	}
}

// Timeouts has some that a file set.
func (b *Backend) Timeouts() []control.Timeout {
	return []control.Timeout{
		{Name: "tcp_first", Seconds: 30, Source: "default"},
		{Name: "tcp_established", Seconds: 3600, Source: "file"},
		{Name: "udp_single", Seconds: 15, Source: "file", Service: "ntp"},
		{Name: "tcp_established", Seconds: 86400, Source: "rule", Rule: "mail in"},
	}
}
