package forward

import (
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
