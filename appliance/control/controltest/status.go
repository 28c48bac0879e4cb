package controltest

import (
	"net/netip"
	"time"

	"sallyport/appliance/control"
)

// Status is of a firewall that has run for three hours at Noon.
func (b *Backend) Status() control.Status {
	return control.Status{
		Version: "1.2.3", PID: 17, Started: Noon.Add(-3*time.Hour - 12*time.Minute), Uptime: 11520, Ready: true,
		Policy:   control.PolicyStatus{File: "/etc/sallyport.toml", Generation: 3, Rules: 12, Rematch: control.RematchStatus{Mode: "kill", Refused: 2}},
		Sessions: control.SessionStatus{Now: 4, Max: 262144},
		Snapshot: control.SnapshotStatus{
			File: "/var/lib/sallyport/state", Written: Noon.Add(-12 * time.Second), Sessions: 1234, Restored: 1230, LeftOut: 4,
		},
		Drops: 77,
		Sides: []control.SideStatus{
			{
				Side: "inside", Interface: "eth0", Device: "sp-inside", Driver: "vnet",
				Addresses: []netip.Addr{netip.MustParseAddr("10.1.0.1"), netip.MustParseAddr("fd00:1::1")},
				Networks:  []netip.Prefix{netip.MustParsePrefix("10.1.0.0/24"), netip.MustParsePrefix("fd00:1::/64")},
				MTU:       1500, Families: []string{"ipv4", "ipv6"}, PacketsPassed: 123456, BytesPassed: 98_765_432, Drops: 7,
				Guard: control.GuardStatus{Start: 8192, HalfOpen: 3},
			},
			{
				Side: "outside", Interface: "eth1", Device: "sp-outside", Driver: "water", DriverWhy: "vnet: the kernel refuses a super-packet",
				Addresses: []netip.Addr{netip.MustParseAddr("192.0.2.1")},
				MTU:       1400, Families: []string{"ipv4"}, PacketsPassed: 234567, BytesPassed: 1_987_654_321, Drops: 70,
				Guard: control.GuardStatus{On: true, Since: Noon.Add(-75 * time.Second), Start: 8192, HalfOpen: 8201, Refused: 1_234_567},
			},
		},
	}
}
