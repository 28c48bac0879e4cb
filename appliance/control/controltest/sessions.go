package controltest

import (
	"net/netip"
	"time"

	"sallyport/appliance/control"
)

// Noon is when the sample sessions are looked at.
var Noon = time.Date(2001, 8, 19, 12, 0, 0, 0, time.UTC)

func tuple(src string, sport uint16, dst string, dport uint16, in string) control.Tuple {
	return control.Tuple{Src: netip.MustParseAddr(src), Sport: sport, Dst: netip.MustParseAddr(dst), Dport: dport, In: in}
}

func web() control.Session {
	return control.Session{
		ID: 1, Protocol: "tcp", State: "established", Rule: "web", NAT: "internet", Profile: "strict",
		Original: tuple("10.1.0.5", 40000, "192.0.2.9", 443, "inside"),
		Reply:    tuple("192.0.2.9", 443, "192.0.2.1", 61000, "outside"),
		Started:  Noon.Add(-90 * time.Second), LastSeen: Noon.Add(-12 * time.Second),
		TimeoutLeft: 7428, TimeoutTotal: 7440,
		Packets: [2]uint64{12, 10}, Bytes: [2]uint64{1240, 3_400_000}, Flags: []string{"assured"},
	}
}

func mail() control.Session {
	return control.Session{
		ID: 2, Protocol: "tcp", State: "syn-sent", Rule: "mail in", NAT: "smtp,hairpin", Profile: "loose",
		Original: tuple("198.51.100.7", 5000, "192.0.2.1", 2525, "outside"),
		Reply:    tuple("10.1.0.25", 25, "198.51.100.7", 5000, "inside"),
		Started:  Noon.Add(-2 * time.Second), LastSeen: Noon.Add(-2 * time.Second),
		TimeoutLeft: 28, TimeoutTotal: 30,
		Packets: [2]uint64{1, 0}, Bytes: [2]uint64{60, 0}, Flags: []string{},
	}
}

func ping() control.Session {
	return control.Session{
		ID: 3, Protocol: "icmp", State: "replied", Rule: "default", Profile: "strict",
		Original: tuple("10.1.0.6", 77, "192.0.2.9", 8, "inside"),
		Reply:    tuple("192.0.2.9", 8, "10.1.0.6", 77, "outside"),
		Started:  Noon.Add(-3 * time.Hour), LastSeen: Noon.Add(-time.Second),
		TimeoutLeft: 29, TimeoutTotal: 30,
		Packets: [2]uint64{10800, 10800}, Bytes: [2]uint64{907200, 907200}, Flags: []string{},
	}
}

func dns6() control.Session {
	return control.Session{
		ID: 4, Protocol: "udp", State: "replied", Rule: "web", Profile: "strict", Helper: "dns",
		Original: tuple("fd00:1::5", 5353, "2001:db8::53", 53, "inside"),
		Reply:    tuple("2001:db8::53", 53, "fd00:1::5", 5353, "outside"),
		Started:  Noon.Add(-time.Minute), LastSeen: Noon.Add(-time.Minute),
		TimeoutLeft: 240, TimeoutTotal: 300,
		Packets: [2]uint64{1, 1}, Bytes: [2]uint64{70, 130}, Flags: []string{"assured", "dying"},
	}
}

// Now is a clock that stands at Noon.
func Now() time.Time { return Noon }

// Sessions returns four sessions: 1 is masqueraded, 2 goes to a forwarded port,
// 3 and 4, an ICMP and an IPv6 one, are not translated.
func Sessions() []control.Session { return []control.Session{web(), mail(), ping(), dns6()} }
