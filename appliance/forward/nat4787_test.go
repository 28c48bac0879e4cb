package forward

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
	"sallyport/state"
)

// leaves returns how a datagram from inside is seen outside.
func (r *rig) leaves(from, to string) string {
	r.Helper()
	p := r.pass(in, nettest.UDP(from, to))
	return endpoint(p.Flow.Src, p.Flow.SrcPort)
}

// A port is never lent twice: who finds all taken gets nothing, and nothing of
// that leaves.
func Test4787REQ3NoPortIsLentTwice(t *testing.T) {
	r := newRig(t, outward())
	r.engine.Table = state.NewTable(state.Limits{MaxSessions: 70000}, state.DefaultTimeouts(), state.Seed{1})
	holder, f := make(map[uint16]string), netstack.NewFrame()
	for n := range 65536 {
		host := fmt.Sprintf("10.1.0.%d:%d", 10+n/20000, 1+n%20000)
		nettest.UDP(host, "198.51.100.7:53").Fill(f)
		if o := r.lane.Decide(in, f, r.reply, r.now); o.Reason == netstack.NATExhausted {
			break
		}
		port := r.lane.Packet().Flow.SrcPort
		if other, ok := holder[port]; ok {
			t.Fatalf("%s and %s both have %d", other, host, port)
		}
		holder[port] = host
	}
	// All but the box's own, 32768 to 60999, and the one it publishes a server on.
	if want := 65535 - (60999 - 32768 + 1) - 1; len(holder) != want {
		t.Errorf("%d ports were lent, want %d", len(holder), want)
	}
	for _, to := range []string{"198.51.100.7:53", "203.0.113.1:9"} { // nor to somebody else
		r.refuse(in, nettest.UDP("10.1.0.77:5000", to), netstack.NATExhausted)
	}
}

// REQ-3a: ports below 1024 are told from the others.
func Test4787REQ3RangeOfThePortIsKept(t *testing.T) {
	r := newRig(t, outward())
	for host := range 50 {
		for from, low := range map[int]bool{123: true, 1023: true, 1024: false, 40000: false} {
			sent := r.pass(in, nettest.UDP(fmt.Sprintf("10.1.0.%d:%d", 10+host, from), server))
			if got := sent.Flow.SrcPort; (got < 1024) != low {
				t.Errorf("port %d of host %d becomes %d", from, host, got)
			}
		}
	}
}

// RFC 4787 4.2.3: RTP has even ports, RTCP the odd ones above.
func Test4787REQ4ParityIsKept(t *testing.T) {
	r := newRig(t, outward())
	for host := range 50 {
		for _, from := range []uint16{5004, 5005} {
			sent := r.pass(in, nettest.UDP(fmt.Sprintf("10.1.0.%d:%d", 10+host, from), server))
			if got := sent.Flow.SrcPort; got&1 != from&1 {
				t.Errorf("port %d of host %d becomes %d", from, host, got)
			}
		}
	}
}

// REQ-6: what goes out keeps the mapping, and so does what comes in (REQ-6a).
func Test4787REQ6Refresh(t *testing.T) {
	for _, side := range []netstack.Side{in, out} {
		r := newRig(t, outward())
		seen := r.leaves(client, server)
		again := map[netstack.Side]nettest.Packet{in: nettest.UDP(client, server), out: nettest.UDP(server, seen)}
		r.pass(out, again[out])
		for range 10 {
			r.wait(4 * time.Minute)
			r.pass(side, again[side])
		}
		r.wait(4 * time.Minute)
		if now := r.leaves(client, "203.0.113.1:9"); now != seen {
			t.Errorf("refreshed by %v: %s became %s", side, seen, now)
		}
		r.pass(out, nettest.UDP(server, seen))
	}
}

// REQ-5: a datagram that nobody has answered keeps its mapping thirty seconds, so
// that scans and spoofed sources take few ports; two minutes on request.
func Test4787REQ5TwoMinutesOnRequest(t *testing.T) {
	timeouts := state.DefaultTimeouts()
	if err := timeouts.Set("udp_single", 2*time.Minute); err != nil {
		t.Fatal(err)
	}
	r := newRig(t, outward())
	r.engine.Table = state.NewTable(state.Limits{MaxSessions: 10}, timeouts, state.Seed{1})
	r.leaves("10.1.0.9:5000", server) // has the port that the other wants
	seen := r.leaves("10.1.0.10:5000", server)
	r.wait(2*time.Minute - 1)
	if now := r.leaves("10.1.0.10:5000", "203.0.113.1:53"); now != seen {
		t.Errorf("%s became %s", seen, now)
	}
	r.pass(out, nettest.UDP(server, seen))
}

// REQ-5b, c: five minutes for a conversation, and as long as one likes.
func Test4787REQ5Timer(t *testing.T) {
	lives := func(r *rig, least time.Duration) {
		t.Helper()
		seen := r.leaves(client, server)
		r.pass(out, nettest.UDP(server, seen))
		r.wait(least - 1)
		r.pass(out, nettest.UDP(server, seen))
	}
	lives(newRig(t, outward()), 5*time.Minute)
	longer := state.DefaultTimeouts()
	if err := longer.Set("udp_multiple", time.Hour); err != nil {
		t.Fatal(err)
	}
	r := newRig(t, outward())
	r.engine.Table = state.NewTable(state.Limits{MaxSessions: 10}, longer, state.Seed{1})
	lives(r, time.Hour)
}

// No payload is looked into, let alone changed: what it says of addresses is the
// applications' to say (SIP, STUN, RTSP).
func Test4787REQ10NoPayloadIsTouched(t *testing.T) {
	r := newRig(t, outward())
	said := []byte("REGISTER sip:example.net SIP/2.0\r\nVia: SIP/2.0/UDP 10.1.0.10:5060\r\nContact: <sip:a@10.1.0.10:5060>\r\n\r\n")
	sent := r.pass(in, nettest.UDP("10.1.0.10:5060", "198.51.100.7:5060", nettest.PayloadBytes(said)))
	if !bytes.Equal(sent.Bytes()[sent.Payload:], said) {
		t.Errorf("arrives as %q", sent.Bytes()[sent.Payload:])
	}
	if r.leaves("10.1.0.10:5060", "203.0.113.1:7078") != endpoint(sent.Flow.Src, sent.Flow.SrcPort) {
		t.Error("SIP has made another mapping")
	}
	r.refuse(out, nettest.UDP("203.0.113.1:7078", public+":7078"), netstack.Policy) // nor is anything expected
}

// Whatever the ports that others hold, an endpoint looks the same to all.
func Test4787REQ11DeterministicUnderConflict(t *testing.T) {
	r := newRig(t, outward())
	servers := []string{"198.51.100.7:53", "198.51.100.7:54", "198.51.100.8:53", "203.0.113.1:4000"}
	first := make(map[string]string)
	for round, to := range servers {
		for host := range 100 { // all want the one port
			from := fmt.Sprintf("10.1.0.%d:5004", 10+host)
			seen := r.leaves(from, to)
			if round == 0 {
				first[from] = seen
			} else if seen != first[from] {
				t.Fatalf("%s is %s to %s and %s to %s", from, first[from], servers[0], seen, to)
			}
			r.refuse(out, nettest.UDP("203.0.113.99:1", seen), netstack.NATFiltered)
		}
	}
}

// Every kind of error there is, from anybody (REQ-12a, b): it passes, and the
// mapping stays what it was.
func Test4787REQ12NoErrorEndsAMapping(t *testing.T) {
	r := newRig(t, outward())
	x := r.goesOut(nettest.UDP(client, server))
	seen := x.outer.Parse(t, out).Flow
	for _, kind := range []uint8{3, 11, 12} {
		for code := range uint8(16) {
			for _, from := range []string{far, "198.51.100.7", router, "10.99.0.1"} {
				got := r.pass(out, nettest.ICMPError(from, public, kind, code, x.outer))
				if got.Flow.Src != addr(from) || got.Flow.Dst != addr("10.1.0.10") {
					t.Errorf("%d/%d from %s arrives as %v -> %v", kind, code, from, got.Flow.Src, got.Flow.Dst)
				}
			}
		}
	}
	if now := r.leaves(client, "203.0.113.1:9"); now != endpoint(seen.Src, seen.SrcPort) {
		t.Errorf("the mapping became %s", now)
	}
	r.pass(out, nettest.UDP(server, endpoint(seen.Src, seen.SrcPort)))
}

// The outside link takes 1400 bytes: who forbids fragmenting is told so, and of
// what leaves untranslated is nothing.
func Test4787REQ13DFTooBigIsAnswered(t *testing.T) {
	r := newRig(t, outward())
	big := nettest.UDP(client, server, nettest.DF(), nettest.Payload(1460))
	answer := r.refuse(in, big, netstack.TooBig).answer
	nettest.Check(t, answer, nettest.From("10.1.0.1"), nettest.To("10.1.0.10"), nettest.Error(3, 4, 1400, big, 548))
	r.pass(in, nettest.UDP(client, server, nettest.DF(), nettest.Payload(1400-28)))
}

// REQ-14a: a flood of fragments that never are a datagram takes its own room,
// and none of what passes.
func Test4787REQ14FloodOfFragmentsHarmsNobodyElse(t *testing.T) {
	r := newRig(t, outward())
	seen := r.leaves(client, server)
	for id := range uint32(5000) {
		src := fmt.Sprintf("203.0.%d.%d:9", id>>8&255, id&255)
		r.send(out, nettest.UDP(src, seen, nettest.Payload(1000), nettest.Fragment(0, 800, true, id)))
		if id%100 == 0 {
			r.pass(in, nettest.UDP(client, server))
			r.pass(out, nettest.UDP(server, seen))
			r.passAll(in, nettest.UDP(client, server, nettest.Payload(3000)), 1344, id)
		}
	}
	if held := r.engine.Fragments.Stats(out); held.Datagrams > fragmentLimits.MaxDatagrams {
		t.Errorf("%d datagrams are held, want %d at most", held.Datagrams, fragmentLimits.MaxDatagrams)
	}
}
