package netstack_test

import (
	"bytes"
	"net/netip"
	"testing"

	. "sallyport/netstack"
	"sallyport/netstack/nettest"
)

// TestRewriteError holds a rewritten ICMP error, cut off anywhere, against the
// one that a router would have sent that quotes the untranslated packet.
func TestRewriteError(t *testing.T) {
	for _, m := range every {
		if len(m.with) > 0 || m.name == "sctp" {
			continue
		}
		for seed := range uint64(200) {
			v6 := seed%2 == 1
			r := seeded(seed)
			router, dst, newDst := r.endpoint(v6), r.endpoint(v6), r.endpoint(v6)
			peer, newPeer := r.endpoint(v6), r.endpoint(v6)
			if r.IntN(2) == 0 {
				newPeer = peer
			}
			payload := nettest.Payload(r.IntN(40))
			cut := nettest.Quote(map[bool]int{false: 20, true: 40}[v6] + r.cut())
			inner, outer := m.packet(dst, peer, payload), m.packet(newDst, newPeer, payload)
			quotedTo := outer.Parse(t, Inside).Flow
			if m.name == "gre" {
				quotedTo.SrcPort, quotedTo.DstPort = 0, 0
			}
			p := errorAbout(router, dst, inner, cut).Parse(t, Outside)
			want := errorAbout(router, newDst, outer, cut)
			p.RewriteError(p.Flow.Src, AddrFrom(newDst.Addr()), quotedTo)

			if err := nettest.VerifySums(p.Bytes(), p.Frame.Offload); err != nil {
				t.Errorf("%s: %v", subtest(seed, m, v6), err)
			}
			if got := nettest.Of(p.Frame).Parse(t, Outside).Quoted; got != quotedTo {
				t.Errorf("%s: quoted %v, want %v", subtest(seed, m, v6), got, quotedTo)
			}
			got := nettest.Of(p.Frame)
			if !bytes.Equal(got.Bytes, want.Bytes) && !ambiguous(got, want) {
				t.Errorf("%s: got\n% x, want\n% x", subtest(seed, m, v6), got.Bytes, want.Bytes)
			}
		}
	}
}

// cut is how much of a transport header is quoted; never half of TCP's checksum,
// which could not be put right.
func (r random) cut() int {
	if n := 8 + r.IntN(40); n != 17 {
		return n
	}
	return 8
}

func errorAbout(router, dst netip.AddrPort, quoted nettest.Packet, cut nettest.Option) nettest.Packet {
	return nettest.TimeExceeded(router.Addr().String(), dst.Addr().String(), quoted, cut)
}

// ambiguous reports whether a and b differ only in words that are 0 in one and
// 0xFFFF in the other, which every sum takes for the same.
func ambiguous(a, b nettest.Packet) bool {
	if len(a.Bytes) != len(b.Bytes) {
		return false
	}
	for i := range a.Bytes {
		if a.Bytes[i]+b.Bytes[i] != 0xff && a.Bytes[i] != b.Bytes[i] {
			return false
		}
	}
	return true
}

func TestRewriteErrorKeepsAbsentChecksum(t *testing.T) {
	inner := nettest.UDP("192.0.2.1:5000", "1.1.1.1:53", nettest.NoChecksum(), nettest.Payload(8))
	p := nettest.Unreachable(peer4, "192.0.2.1", 3, inner).Parse(t, Outside)
	quoted := p.Quoted
	quoted.Src, quoted.SrcPort = AddrFrom(netip.MustParseAddr(host4)), 40000
	p.RewriteError(p.Flow.Src, quoted.Src, quoted)
	want := nettest.Unreachable(peer4, host4, 3, nettest.UDP("10.1.0.5:40000", "1.1.1.1:53", nettest.NoChecksum(), nettest.Payload(8)))
	if !bytes.Equal(p.Bytes(), want.Bytes) {
		t.Errorf("got\n% x, want\n% x", p.Bytes(), want.Bytes)
	}
}

// TestRewriteErrorWithoutMatch: nothing is known of what is quoted, so nothing
// of it is written.
func TestRewriteErrorWithoutMatch(t *testing.T) {
	inner := nettest.UDP(in4, out4, nettest.Payload(64), nettest.Fragment(24, 24, true, 1))
	p := nettest.TimeExceeded(peer4, host4, inner).Parse(t, Outside)
	if p.Quoted != (FlowKey{}) {
		t.Fatalf("a later fragment is quoted as %v", p.Quoted)
	}
	p.RewriteError(p.Flow.Src, AddrFrom(netip.MustParseAddr("10.1.0.9")), FlowKey{})
	want := nettest.TimeExceeded(peer4, "10.1.0.9", inner)
	if !bytes.Equal(p.Bytes(), want.Bytes) {
		t.Errorf("got\n% x, want\n% x", p.Bytes(), want.Bytes)
	}
}
