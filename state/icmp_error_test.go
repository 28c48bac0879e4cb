package state

import (
	"testing"
	"time"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

// quotes compares how the quoted packet looks to the error's receiver.
func (r *rig) quotes(m Match, want string) {
	r.Helper()
	if got := m.Quoted.String(); got != want {
		r.Fatalf("quotes %v; want %v", got, want)
	}
}

func Test5508REQ4ErrorAboutAMasqueradedPacketReachesItsSender(t *testing.T) {
	r := newMasqueradingRig(t)
	out := r.passes(inside, nettest.UDP("10.1.0.5:40000", "1.1.1.1:33434"))
	left := nettest.UDP("192.0.2.1:40000", "1.1.1.1:33434")

	hop := r.passes(outside, nettest.TimeExceeded("198.51.100.9", "192.0.2.1", left))
	if hop.Session != out.Session || hop.Dir != Reply {
		t.Errorf("%+v", hop)
	}
	r.leaves(hop, inside, "icmp 198.51.100.9:0 -> 10.1.0.5:0") // the router keeps its address
	r.quotes(hop, "udp 10.1.0.5:40000 -> 1.1.1.1:33434")

	host := r.passes(outside, nettest.Unreachable("1.1.1.1", "192.0.2.1", 3, left))
	r.leaves(host, inside, "icmp 1.1.1.1:0 -> 10.1.0.5:0")
}

// The inside router's own address must not show outside (RFC 5508 REQ-5).
func Test5508REQ5ErrorFromInsideSpeaksForTheTranslatedAddress(t *testing.T) {
	r := newMasqueradingRig(t)
	r.passes(inside, nettest.UDP("10.1.0.5:40000", "1.1.1.1:53"))
	r.passes(outside, nettest.UDP("1.1.1.1:53", "192.0.2.1:40000"))
	entered := nettest.UDP("1.1.1.1:53", "10.1.0.5:40000")
	for _, from := range []string{"10.1.0.5", "10.1.0.254"} {
		m := r.passes(inside, nettest.Unreachable(from, "1.1.1.1", 1, entered))
		r.leaves(m, outside, "icmp 192.0.2.1:0 -> 1.1.1.1:0")
		r.quotes(m, "udp 1.1.1.1:53 -> 192.0.2.1:40000")
	}
}

func TestErrorsThroughDestinationNAT(t *testing.T) {
	r := newRig(t, Limits{MaxSessions: 10})
	r.policy = forward("10.1.0.10", 80, inside, nil)
	r.passes(outside, nettest.TCP("203.0.113.7:5000", "192.0.2.1:8080", nettest.Flags("S")))

	// A router inside cannot reach the server.
	entered := nettest.TCP("203.0.113.7:5000", "10.1.0.10:80", nettest.Flags("S"))
	m := r.passes(inside, nettest.Unreachable("10.1.0.254", "203.0.113.7", 1, entered))
	r.leaves(m, outside, "icmp 192.0.2.1:0 -> 203.0.113.7:0")
	r.quotes(m, "tcp 203.0.113.7:5000 -> 192.0.2.1:8080")

	// A router outside cannot forward the server's answer.
	left := nettest.TCP("192.0.2.1:8080", "203.0.113.7:5000", nettest.Flags("SA"))
	m = r.passes(outside, nettest.TooBig("198.51.100.9", "192.0.2.1", 1400, left))
	r.leaves(m, inside, "icmp 198.51.100.9:0 -> 10.1.0.10:0")
	r.quotes(m, "tcp 10.1.0.10:80 -> 203.0.113.7:5000")
}

func TestErrorAboutAPing(t *testing.T) {
	r := newMasqueradingRig(t)
	r.passes(inside, nettest.ICMPEcho("10.1.0.5", "1.1.1.1", nettest.ID(7)))
	b := r.passes(inside, nettest.ICMPEcho("10.1.0.6", "1.1.1.1", nettest.ID(7)))
	left := nettest.ICMPEcho("192.0.2.1", "1.1.1.1", nettest.ID(b.Leave.SrcPort))
	m := r.passes(outside, nettest.TimeExceeded("198.51.100.9", "192.0.2.1", left))
	r.leaves(m, inside, "icmp 198.51.100.9:0 -> 10.1.0.6:0")
	r.quotes(m, "icmp 10.1.0.6:7 -> 1.1.1.1:8")
}

func TestS18ErrorAboutNoSession(t *testing.T) {
	r := newMasqueradingRig(t)
	r.passes(inside, nettest.UDP("10.1.0.5:40000", "1.1.1.1:53"))
	refuse := func(in netstack.Side, quoted nettest.Packet) {
		t.Helper()
		r.refused(in, nettest.TimeExceeded("198.51.100.9", "192.0.2.1", quoted), netstack.ICMPUnrelated)
	}
	left := nettest.UDP("192.0.2.1:40000", "1.1.1.1:53")
	refuse(outside, nettest.UDP("192.0.2.1:40001", "1.1.1.1:53"))
	refuse(outside, nettest.UDP("192.0.2.1:40000", "1.1.1.2:53"))
	refuse(outside, nettest.UDP("10.1.0.5:40000", "1.1.1.1:53")) // as it was before it was translated
	refuse(outside, nettest.TCP("192.0.2.1:40000", "1.1.1.1:53"))
	refuse(inside, left)
	r.after(30 * time.Second)
	refuse(outside, left)
}

// RFC 5508 REQ-6, RFC 5382 REQ-10.
func Test5508REQ6ErrorsNeitherRefreshNorEndNorAnswer(t *testing.T) {
	r := newMasqueradingRig(t)
	r.passes(inside, nettest.UDP("10.1.0.5:40000", "1.1.1.1:53"))
	before := r.only()
	left := nettest.UDP("192.0.2.1:40000", "1.1.1.1:53")
	r.after(10*time.Second).passes(outside, nettest.Unreachable("1.1.1.1", "192.0.2.1", 3, left))
	after := r.only()
	before.TimeoutLeft -= 10 * time.Second
	before.Packets[Reply], before.Bytes[Reply] = 1, 20+8+28
	if after != before {
		t.Errorf("from %+v\nto   %+v", before, after)
	}
}
