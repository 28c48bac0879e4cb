package policy

import (
	"math/rand/v2"
	"net/netip"
	"testing"

	"sallyport/netstack"
)

// prefixTranslation is an NPTv6 from the inside.
func prefixTranslation(real, external string) NAT {
	return NAT{Name: "prefix", Type: NPTv6, From: FromInside, To: FromOutside,
		Source: addresses(real), External: []AddrRange{addresses(external)[0].Range}}
}

// Test6296Vectors: the example of RFC 6296 3.6, and others worked out by hand.
func Test6296Vectors(t *testing.T) {
	for _, c := range []struct{ real, external, inside, outside string }{
		{"fd01:203:405::/48", "2001:db8:1::/48", "fd01:203:405:1::1234", "2001:db8:1:d550::1234"},
		{"fd01:203:405::/48", "2001:db8:1::/48", "fd01:203:405::1", "2001:db8:1:d54f::1"},
		// 0x2ab0 + 0xd54f is 0xffff, which is written 0.
		{"fd01:203:405::/48", "2001:db8:1::/48", "fd01:203:405:2ab0::1", "2001:db8:1::1"},
		{"fd00:1::/48", "fd00:1::/48", "fd00:1:0:7::1", "fd00:1:0:7::1"},
		// Beyond /48 it is the identifier that pays: 0xfd00+1 less 0x2001+0xdb8+0x77.
		{"fd00:1::/64", "2001:db8:77::/64", "fd00:1::10", "2001:db8:77:0:ced1::10"},
		{"fd00:1::/64", "2001:db8:77::/64", "fd00:1::ffff:0:0:10", "2001:db8:77:0:ffff:ced1:0:10"},
		{"fd00:1:0:ab00::/56", "2001:db8:0:cd00::/56", "fd00:1:0:abef::1", "2001:db8:0:cdef:ad48::1"},
	} {
		m, err := newOneToOne(prefixTranslation(c.real, c.external))
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := m.outward(addr(c.inside)); !ok || got != addr(c.outside) {
			t.Errorf("%s goes out as %v, want %s", c.inside, got, c.outside)
		}
		if got, ok := m.inward(addr(c.outside)); !ok || got != addr(c.inside) {
			t.Errorf("%s comes in as %v, want %s", c.outside, got, c.inside)
		}
	}
}

// Test6296Untranslatable: 0xffff and 0 are the same to a checksum, so who has the
// one where it would have to be changed has no external address.
func Test6296Untranslatable(t *testing.T) {
	s := publishedSpec()
	s.NAT = []NAT{prefixTranslation("fd00:1::/48", "2001:db8:1::/48")}
	box := home()
	box.Sides[netstack.Inside].Networks = append(box.Sides[netstack.Inside].Networks, netip.MustParsePrefix("fd00:1::/48"))
	rs := compiled(t, s, box)
	for packet, want := range map[string]string{
		"inside tcp [fd00:1:0:ffff::5]:40000 [2001:db8:2::1]:443": "drop (untranslatable) by out to outside",
		"inside tcp [fd00:1::5]:40000 [2001:db8:2::1]:443":        "pass by out to outside, as 2001:db8:1:cf47::5 by prefix",
		"outside tcp [2001:db8:2::1]:9 [2001:db8:1:ffff::5]:80":   "drop (untranslatable) by default to inside",
		"outside tcp [2001:db8:2::1]:9 [2001:db8:1:cf47::5]:80":   "drop (policy) by rest to inside, to fd00:1::5 port 0 by prefix",
	} {
		if got := told(rs, rs.Evaluate(arriving(packet))); got != want {
			t.Errorf("%s\n got %s\nwant %s", packet, got, want)
		}
	}
	m, err := newOneToOne(prefixTranslation("fd00:1::/64", "2001:db8:77::/64"))
	if a, ok := m.outward(addr("fd00:1::ffff:ffff:ffff:ffff")); ok || err != nil {
		t.Errorf("an identifier of ones goes out as %v, %v", a, err)
	}
}

// Test6296ChecksumNeutral: no word of a checksum changes, and each way takes the
// other back.
func Test6296ChecksumNeutral(t *testing.T) {
	r := rand.New(rand.NewPCG(6296, 1))
	for range 20000 {
		length := 1 + r.IntN(64)
		a, b := randomPrefix(r, length), randomPrefix(r, length)
		m, err := newOneToOne(prefixTranslation(a.String(), b.String()))
		if err != nil {
			t.Fatal(a, b, err)
		}
		inside := netstack.Addr{Hi: m.real.first.Hi | r.Uint64()&(1<<(64-length)-1), Lo: r.Uint64()}
		outside, ok := m.outward(inside)
		if !ok {
			continue
		}
		if back, ok := m.inward(outside); !ok || back != inside || !m.external.contains(outside) {
			t.Fatalf("%v to %v: %v goes out as %v and comes back as %v", a, b, inside, outside, back)
		}
		if slowSum(inside.As16()) != slowSum(outside.As16()) {
			t.Fatalf("%v to %v: %v and %v have not the same sum", a, b, inside, outside)
		}
	}
}

func randomPrefix(r *rand.Rand, length int) netip.Prefix {
	a := netstack.Addr{Hi: 1<<63 | r.Uint64()} // not among the IPv4 addresses
	return netip.PrefixFrom(a.Netip(), length).Masked()
}
