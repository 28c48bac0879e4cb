package netstack_test

import (
	"bytes"
	"testing"

	. "sallyport/netstack"
	"sallyport/netstack/nettest"
)

// blank returns b without the checksums that may be 0 as well as 0xFFFF. Tests
// have nettest.VerifySums look at those.
func blank(p nettest.Packet, v6 bool) []byte {
	b := bytes.Clone(p.Bytes)
	proto, start := b[9], 20
	if v6 {
		proto, start = b[6], 40
	} else {
		b[10], b[11] = 0, 0
	}
	if at, ok := map[byte]int{6: 16, 17: 6, 136: 6, 33: 6, 1: 2, 58: 2}[proto]; ok {
		b[start+at], b[start+at+1] = 0, 0
	}
	return b
}

// TestRewrite holds a rewritten packet against the one that would have been
// sent between the new endpoints.
func TestRewrite(t *testing.T) {
	for _, m := range every {
		for seed := range uint64(200) {
			v6 := seed%2 == 1
			r := seeded(seed)
			src, dst, newSrc, newDst := r.endpoint(v6), r.endpoint(v6), r.endpoint(v6), r.endpoint(v6)
			if r.IntN(3) == 0 {
				newDst = dst
			}
			payload := nettest.Payload(r.IntN(50))
			p := m.packet(src, dst, payload).Parse(t, Inside)
			want := m.packet(newSrc, newDst, payload)
			wantKey := want.Parse(t, Inside).Flow
			p.Rewrite(key(p.Flow, newSrc, newDst))

			got := nettest.Of(p.Frame)
			if !bytes.Equal(blank(got, v6), blank(want, v6)) || got.Offload != want.Offload {
				t.Errorf("%s: got\n% x %+v, want\n% x %+v", subtest(seed, m, v6), got.Bytes, got.Offload, want.Bytes, want.Offload)
			}
			if err := nettest.VerifySums(got.Bytes, got.Offload); err != nil {
				t.Errorf("%s: %v", subtest(seed, m, v6), err)
			}
			if again := got.Parse(t, Inside); again.Flow != wantKey {
				t.Errorf("%s: flow %v, want %v", subtest(seed, m, v6), again.Flow, wantKey)
			}
		}
	}
}

func TestRewriteSetsFlow(t *testing.T) {
	p := nettest.TCP(in4, out4).Parse(t, Inside)
	to := p.Flow.Reverse(Outside)
	p.Rewrite(to)
	if p.Flow != to {
		t.Errorf("flow is %v after a rewrite to %v", p.Flow, to)
	}
}

// A UDP checksum of 0 says that there is none: RFC 768, RFC 3022 4.1.
func TestRewriteKeepsAbsentChecksum(t *testing.T) {
	p := nettest.UDP(in4, out4, nettest.NoChecksum(), nettest.Payload(9)).Parse(t, Inside)
	p.Rewrite(key(p.Flow, seeded(1).endpoint(false), seeded(2).endpoint(false)))
	if sum := p.UDP().Checksum(); sum != 0 {
		t.Errorf("absent checksum became %#04x", sum)
	}
	nettest.CheckSums(t, p.Bytes(), p.Frame.Offload)

	sctp := nettest.SCTP(in4, out4, nettest.NoChecksum(), nettest.Payload(9)).Parse(t, Inside)
	sctp.Rewrite(key(sctp.Flow, seeded(1).endpoint(false), seeded(2).endpoint(false)))
	if sum := sctp.Bytes()[sctp.Transport+8 : sctp.Transport+12]; !bytes.Equal(sum, make([]byte, 4)) {
		t.Errorf("absent SCTP checksum became % x", sum)
	}
}

// A checksum that comes out as 0 is sent as 0xFFFF, since 0 says something
// else. One source port in 65536 has that, so all are tried.
func TestRewriteNeverMakesChecksumAbsent(t *testing.T) {
	for _, make := range []func(src, dst string, with ...nettest.Option) nettest.Packet{nettest.UDP, nettest.UDPLite} {
		p, mangled := make(in6, out6, nettest.Payload(9)).Parse(t, Inside), 0
		for port := range 1 << 16 {
			to := p.Flow
			to.SrcPort = uint16(port)
			p.Rewrite(to)
			switch p.UDP().Checksum() {
			case 0:
				t.Fatalf("%v: checksum 0 with source port %d", p.Flow.Proto, port)
			case 0xffff:
				mangled++
				nettest.CheckSums(t, p.Bytes(), p.Frame.Offload)
			}
		}
		if mangled != 1 {
			t.Errorf("%v: %d ports have checksum 0xFFFF, want 1", p.Flow.Proto, mangled)
		}
	}
}

// A wrong checksum must not become a right one, or the receiver takes what was
// damaged on the way.
func TestRewriteKeepsWrongChecksumWrong(t *testing.T) {
	for _, m := range every {
		if m.name == "gre" || len(m.with) > 0 {
			continue
		}
		r := seeded(7)
		p := m.packet(r.endpoint(false), r.endpoint(false), nettest.WrongChecksum()).Parse(t, Inside)
		p.Rewrite(key(p.Flow, r.endpoint(false), r.endpoint(false)))
		if nettest.VerifySums(p.Bytes(), p.Frame.Offload) == nil {
			t.Errorf("%s: a wrong checksum is right after the rewrite", m.name)
		}
	}
}

// TestRewriteFragment: the first fragment has the checksum of the whole
// datagram, the others have none, and together they are to be right.
func TestRewriteFragment(t *testing.T) {
	for _, v6 := range []bool{false, true} {
		r := seeded(3)
		src, dst, newSrc, newDst := r.endpoint(v6), r.endpoint(v6), r.endpoint(v6), r.endpoint(v6)
		options := []nettest.Option{nettest.Payload(40)}
		for _, piece := range []nettest.Option{nettest.Fragment(0, 24, true, 9), nettest.Fragment(24, 24, false, 9)} {
			p := nettest.UDP(src.String(), dst.String(), append(options, piece)...).Parse(t, Inside)
			want := nettest.UDP(newSrc.String(), newDst.String(), append(options, piece)...)
			p.Rewrite(key(p.Flow, newSrc, newDst))
			if !bytes.Equal(p.Bytes(), want.Bytes) {
				t.Errorf("v6 %v, offset %d: got\n% x, want\n% x", v6, p.Fragment.Offset, p.Bytes(), want.Bytes)
			}
		}
	}
}

// A routing header's last address is the pseudo-header's: rewriting the
// header's destination does not touch the checksum.
func TestRewriteMobileDestination(t *testing.T) {
	home := AddrFrom(seeded(1).endpoint(true).Addr()).As16()
	body := append([]byte{2, 2, 1, 0, 0, 0, 0}, home[:]...)
	p := nettest.TCP(in6, out6, nettest.Extension(43, body...), nettest.WrongChecksum()).Parse(t, Inside)
	before := p.TCP().Checksum()
	to := p.Flow
	to.Dst = AddrFrom(seeded(2).endpoint(true).Addr())
	p.Rewrite(to)
	if after := p.TCP().Checksum(); after != before {
		t.Errorf("checksum went from %#04x to %#04x", before, after)
	}
}
