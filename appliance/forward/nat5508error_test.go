package forward

import (
	"fmt"
	"slices"
	"testing"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

// An error with a wrong checksum, of its own or of the IPv4 header it quotes,
// goes nowhere; what the quoted transport checksum is, nobody asks (REQ-3a, c).
func Test5508REQ3ChecksumsOfAnError(t *testing.T) {
	r := newRig(t, outward())
	x := r.goesOut(nettest.UDP(client, server, nettest.Payload(60)))
	about := func(quoted nettest.Packet, with ...nettest.Option) nettest.Packet {
		return nettest.Unreachable(far, public, 1, quoted, with...)
	}
	r.refuse(out, about(x.outer, nettest.WrongChecksum()), netstack.BadChecksum)
	r.refuse(out, about(x.outer.Mutate(func(b []byte) { b[10] ^= 0x55 })), netstack.BadChecksum)
	r.pass(out, about(x.outer))
	r.pass(out, about(x.outer.Mutate(func(b []byte) { b[26] ^= 0x55 }))) // of the UDP header
	r.pass(out, about(x.outer.Mutate(func(b []byte) { b[40] ^= 0x55 }))) // a byte of the payload
}

// REQ-3b, and the same for IPv6: the quoted transport header is found behind
// options and extension headers, and restored there.
func Test5508REQ3OptionsAndExtensionsBeforeTheQuotedHeader(t *testing.T) {
	for name, c := range map[string]struct {
		hosts
		with nettest.Option
	}{
		"options":    {hosts4, nettest.IPOptions(1, 1, 1, 1, 1, 1, 1, 0)},
		"extensions": {hosts6, nettest.Extension(60, 0, 1, 4, 0, 0, 0, 0)},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, masquerading())
			x := r.goesOut(nettest.UDP(c.client, c.server, nettest.Payload(60), c.with))
			r.restores(out, x.outer, x.inner, c.hosts, len(x.outer.Bytes))
		})
	}
}

// restores has an error about quoted arrive, n bytes of it, and wants it to reach
// the other side about want: to the last byte what a router would have sent that
// had seen that, but for the hop that the firewall takes none of.
func (r *rig) restores(side netstack.Side, quoted, want nettest.Packet, h hosts, n int) {
	r.Helper()
	from, to, seenFrom, seenTo := h.far, h.public, h.far, hostOf(h.client)
	if side == in {
		from, to, seenFrom, seenTo = h.deep, hostOf(h.server), h.public, hostOf(h.server)
	}
	got := nettest.Of(r.pass(side, nettest.TimeExceeded(from, to, quoted, nettest.Quote(n), nettest.DF())).Frame)
	expect := nettest.TimeExceeded(seenFrom, seenTo, asLeft(want, quoted), nettest.Quote(n), nettest.DF(), nettest.TTL(65))
	if !slices.Equal(got.Bytes, expect.Bytes) {
		r.Errorf("%d bytes quoted: got\n% x, want\n% x", n, got.Bytes, expect.Bytes)
	}
	nettest.CheckSums(r, got.Bytes, got.Offload)
}

// asLeft is p with the hops that it had left when it was quoted, and what the
// firewall then called it.
func asLeft(p, quoted nettest.Packet) nettest.Packet {
	if p.Bytes[0]>>4 == 6 {
		return p.Mutate(func(b []byte) { b[7] = quoted.Bytes[7] })
	}
	return p.MutateIPv4(func(b []byte) { copy(b[4:6], quoted.Bytes[4:6]); b[8] = quoted.Bytes[8] })
}

// REQ-3d: what RFC 4884 puts behind the quoted packet is no part of it, and
// passes as it is.
func Test5508REQ3ExtensionsOfTheErrorAreLeftAlone(t *testing.T) {
	r := newRig(t, outward())
	x := r.goesOut(nettest.UDP(client, server, nettest.Payload(60)))
	padded := append(slices.Clone(x.outer.Bytes), make([]byte, 128-len(x.outer.Bytes))...)
	labels := []byte{0x20, 0, 0x5b, 0x1d, 0, 8, 1, 1, 0x3e, 0x81, 1, 0xff} // an MPLS label stack (RFC 4950)
	message := append(padded, labels...)
	err := nettest.ICMP(far, public, 11, 0, nettest.PayloadBytes(message), nettest.MTU(128/4<<16)) // the length is in words
	got := r.pass(out, err)
	if !slices.Equal(got.Bytes()[20+8+128:], labels) || got.Bytes()[20+5] != 32 {
		t.Errorf("the extensions leave as % x", got.Bytes()[20:])
	}
	if got.Quoted.Src != addr("10.1.0.10") || got.Quoted.SrcPort != 40000 {
		t.Errorf("quotes %v", got.Quoted)
	}
	nettest.CheckSums(t, got.Bytes(), got.Frame.Offload)
}

// From outside: what is quoted is put back as its sender knows it, with every
// checksum, however little of it is quoted.
func Test5508REQ4ErrorsFromOutside(t *testing.T) {
	for family, h := range map[string]hosts{"IPv4": hosts4, "IPv6": hosts6} {
		for name, p := range conversations(h) {
			t.Run(family+"/"+name, func(t *testing.T) {
				r := newRig(t, masquerading())
				x := r.goesOut(p)
				header := int(p.Parse(t, in).Transport)
				for _, n := range []int{8, 9, 12, 16, 19, 20, 27, 60, 1000} {
					r.restores(out, x.outer, x.inner, h, min(header+n, len(p.Bytes)))
				}
			})
		}
	}
}

// From inside, about what came in: the same, and the address of whoever inside
// says so does not show (REQ-5c).
func Test5508REQ5ErrorsFromInside(t *testing.T) {
	for family, h := range map[string]hosts{"IPv4": hosts4, "IPv6": hosts6} {
		t.Run(family, func(t *testing.T) {
			r := newRig(t, masquerading())
			seen := r.pass(in, nettest.UDP(h.client, h.server)).Flow
			x := r.comesIn(nettest.UDP(h.server, endpoint(seen.Src, seen.SrcPort), nettest.Payload(60)))
			for n := 48; n <= len(x.inner.Bytes); n += 13 {
				r.restores(in, x.inner, x.outer, h, n)
			}
		})
	}
}

// REQ-4b, REQ-5b: type, code and the second word stay.
func Test5508REQ4TypeAndCodeStay(t *testing.T) {
	r := newRig(t, outward())
	x := r.goesOut(nettest.UDP(client, server, nettest.Payload(60)))
	y := r.comesIn(nettest.UDP(server, public+":"+fmt.Sprint(x.outer.Parse(t, out).Flow.SrcPort), nettest.Payload(60)))
	for kind, codes := range map[uint8]uint8{3: 15, 11: 1, 12: 2} {
		for code := range codes + 1 {
			for side, err := range map[netstack.Side]nettest.Packet{
				out: nettest.ICMPError(far, public, kind, code, x.outer, nettest.MTU(0x01020304)),
				in:  nettest.ICMPError(deep, "198.51.100.7", kind, code, y.inner, nettest.MTU(0x01020304)),
			} {
				got := r.pass(side, err)
				if got.ICMPType != kind || got.ICMPCode != code || !slices.Equal(got.Bytes()[24:28], []byte{1, 2, 3, 4}) {
					t.Errorf("%d/%d from %v leaves as % x", kind, code, side, got.Bytes()[20:28])
				}
			}
		}
	}
}

// What the box itself may have sent is the kernel's to know; nothing inside
// hears of it.
func Test5508REQ4ErrorsAboutNothingAreDropped(t *testing.T) {
	r := newRig(t, outward())
	x := r.goesOut(nettest.UDP(client, server))
	own := nettest.UDP(public+":1024", server)
	if res := r.send(out, nettest.Unreachable(far, public, 1, own)); res.Out != out {
		t.Errorf("an error about no mapping goes %v", res.Out)
	}
	stranger := nettest.UDP("192.0.2.77:1024", server)
	r.refuse(out, nettest.Unreachable(far, "192.0.2.77", 1, stranger), netstack.ICMPUnrelated)
	r.refuse(in, nettest.Unreachable(deep, "198.51.100.7", 1, nettest.UDP(server, "10.1.0.10:40001")), netstack.ICMPUnrelated)
	r.refuse(out, nettest.Unreachable(far, public, 1, x.inner), netstack.ICMPUnrelated) // nobody outside has seen that
}
