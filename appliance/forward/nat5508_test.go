package forward

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
	"sallyport/policy"
	"sallyport/state"
)

// far is a router between the firewall and the servers, deep one between the
// firewall and its clients.
const (
	far   = "203.0.113.9"
	far6  = "fd00:7::9"
	deep  = "10.1.0.254"
	deep6 = "fd00:1::fe"
)

// masquerading is outward, in IPv6 too.
func masquerading() policy.Spec {
	spec := outward()
	spec.NAT[0].Family = policy.AnyFamily
	return spec
}

// exchange is a packet that a client sent and how it left, or one that a client
// received and how it had arrived: what an ICMP error of that side quotes.
type exchange struct{ inner, outer nettest.Packet }

// goesOut has a packet of a client pass, and returns it both ways.
func (r *rig) goesOut(p nettest.Packet) exchange {
	r.Helper()
	return exchange{p, nettest.Of(r.pass(in, p).Frame)}
}

// comesIn has a packet for a client pass, and returns it both ways.
func (r *rig) comesIn(p nettest.Packet) exchange {
	r.Helper()
	return exchange{nettest.Of(r.pass(out, p).Frame), p}
}

// hosts are the client and the server of a family, and what the firewall is
// seen as.
type hosts struct{ client, server, public, far, deep string }

var (
	hosts4 = hosts{client, server, public, far, deep}
	hosts6 = hosts{client6, server6, "fd00:2::1", far6, deep6}
)

// conversations are packets of every protocol that NAT knows ports or
// identifiers of.
func conversations(h hosts) map[string]nettest.Packet {
	data := nettest.Payload(60)
	return map[string]nettest.Packet{
		"udp":  nettest.UDP(h.client, h.server, data),
		"tcp":  nettest.TCP(h.client, h.server, nettest.Flags("S"), nettest.Seq(1000), nettest.TCPOptions(2, 4, 5, 180)),
		"ping": nettest.ICMPEcho(hostOf(h.client), hostOf(h.server), nettest.ID(77), data),
	}
}

// Queries of every kind go out and their replies come back, each to its own.
func Test5508REQ1QueriesAndTheirReplies(t *testing.T) {
	for query, reply := range map[uint8]uint8{8: 0, 13: 14, 42: 43} {
		r := newRig(t, outward())
		sent := r.pass(in, nettest.ICMP("10.1.0.10", "198.51.100.7", query, 0, nettest.ID(77), nettest.Payload(12)))
		if sent.Flow.Src != addr(public) {
			t.Fatalf("type %d leaves from %v", query, sent.Flow.Src)
		}
		back := r.pass(out, nettest.ICMP("198.51.100.7", public, reply, 0, nettest.ID(sent.Flow.SrcPort), nettest.Payload(12)))
		if back.Flow.Dst != addr("10.1.0.10") || back.Flow.DstPort != 77 {
			t.Errorf("type %d comes back to %v id %d", reply, back.Flow.Dst, back.Flow.DstPort)
		}
	}
}

// REQ-1a: whomever a host asks with an identifier, it is one outside, also where
// it cannot be the host's own.
func Test5508REQ1IdentifierDoesNotDependOnTheHostThatIsAsked(t *testing.T) {
	r := newRig(t, outward())
	r.pass(in, nettest.ICMPEcho("10.1.0.9", "198.51.100.7", nettest.ID(77)))
	ids := make(map[uint16]bool)
	for _, to := range []string{"198.51.100.7", "198.51.100.8", "203.0.113.1"} {
		ids[r.pass(in, nettest.ICMPEcho("10.1.0.10", to, nettest.ID(77))).Flow.SrcPort] = true
	}
	if len(ids) != 1 || ids[77] {
		t.Errorf("identifiers %v, want one that is not the other host's", ids)
	}
}

func Test5508REQ2QueryTimer(t *testing.T) {
	lives := func(r *rig, least time.Duration) {
		t.Helper()
		sent := r.pass(in, nettest.ICMPEcho("10.1.0.10", "198.51.100.7", nettest.ID(77)))
		reply := nettest.ICMPEchoReply("198.51.100.7", public, nettest.ID(sent.Flow.SrcPort))
		r.wait(least - 1)
		r.pass(out, reply)
	}
	lives(newRig(t, outward()), time.Minute)

	timeouts := state.DefaultTimeouts() // REQ-2a
	if err := timeouts.Set("icmp_query", 3*time.Minute); err != nil {
		t.Fatal(err)
	}
	r := newRig(t, outward())
	r.engine.Table = state.NewTable(state.Limits{MaxSessions: 10}, timeouts, state.Seed{1})
	lives(r, 3*time.Minute)
}

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

// REQ-6: an error about a query neither ends its session nor lets it live on.
func Test5508REQ6ErrorsDoNotTouchAQuery(t *testing.T) {
	r := newRig(t, outward())
	x := r.goesOut(nettest.ICMPEcho("10.1.0.10", "198.51.100.7", nettest.ID(77)))
	before := r.sessions()[0]
	for _, err := range []nettest.Packet{
		nettest.TimeExceeded(far, public, x.outer), nettest.Unreachable(far, public, 13, x.outer),
	} {
		r.wait(20 * time.Second)
		r.pass(out, err)
	}
	after := r.sessions()
	if len(after) != 1 || after[0].ID != before.ID || after[0].TimeoutLeft != before.TimeoutLeft-40*time.Second {
		t.Errorf("from %+v\nto   %+v", before, after)
	}
	r.wait(19 * time.Second)
	r.pass(out, nettest.ICMPEchoReply("198.51.100.7", public, nettest.ID(x.outer.Parse(t, out).Flow.SrcPort)))
}

// REQ-10c, REQ-11: what is neither query nor error, and what nobody uses any
// more, passes in no direction (RFC 6633, RFC 6918).
func Test5508REQ10WhatIsNotSupported(t *testing.T) {
	r := newRig(t, outward())
	x := r.goesOut(nettest.UDP(client, server))
	for _, kind := range []uint8{4, 5} { // source quench, redirect
		r.refuse(out, nettest.ICMPError(far, public, kind, 1, x.outer), netstack.NoSession)
	}
	for _, kind := range []uint8{9, 10, 15, 16, 17, 18, 30} { // router discovery, information, masks, traceroute
		r.refuse(out, nettest.ICMP(far, public, kind, 0), netstack.NoSession)
		r.refuse(in, nettest.ICMP("10.1.0.10", "198.51.100.7", kind, 0), netstack.NoSession)
	}
}

// REQ-10d, e: the firewall's own errors are marked as what a network is
// controlled with, and none answers an error, a later fragment or a multicast.
func Test5508REQ10ItsOwnErrors(t *testing.T) {
	r := newRig(t, outward())
	syslog := nettest.UDP(client, "198.51.100.7:514")
	if tos := r.refuse(in, syslog, netstack.Policy).answer.Bytes[1]; tos != 0xc0 {
		t.Errorf("the error's type of service is %#02x, want internetwork control", tos)
	}
	for name, p := range map[string]nettest.Packet{
		"error":     nettest.Unreachable("10.1.0.10", "198.51.100.7", 1, nettest.UDP("198.51.100.7:514", client)),
		"multicast": nettest.UDP(client, "239.1.1.1:514"),
	} {
		if res := r.send(in, p); res.Reply {
			t.Errorf("%s: answered with % x", name, res.answer.Bytes)
		}
	}
}
