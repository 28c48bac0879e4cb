package netstack

// martian reports whether no packet of this IP version that is to be forwarded
// may carry a as its source or its destination (RFC 1812 5.3.7, RFC 6890). It
// forwards no multicast. IPv4 link-local addresses are not here: clouds put
// services there that are reached through routers; rules can forbid them. Nor are
// the documentation prefixes: laboratories live in them.
func martian(version uint8, a Addr) bool {
	if version == 4 {
		return martian4(a.V4())
	}
	return martian6(a)
}

// martian4: this network, loopback, multicast, reserved and broadcast.
func martian4(a uint32) bool {
	first := a >> 24
	return first == 0 || first == 127 || first >= 224
}

// martian6: IPv4-mapped addresses above all, since an Addr could not tell them
// from IPv4 ones; unspecified, loopback, IPv4-compatible; link-local, multicast.
// Then what RFC 6092 REC-3 names and what was registered since: the deprecated
// site-local prefix (RFC 3879), ORCHIDs, which are no addresses (RFC 4843, RFC
// 7343), and the prefix whose packets are to be discarded (RFC 6666).
func martian6(a Addr) bool {
	switch {
	case a.Hi == 0:
		return a.Is4() || a.Lo>>32 == 0
	case a.Hi>>55 == 0xfe80>>7, a.Hi>>56 == 0xff: // fe80::/9: link-local and site-local
		return true
	}
	return a.Hi>>36 == 0x2001001 || a.Hi>>36 == 0x2001002 || a.Hi == 0x100<<48
}
