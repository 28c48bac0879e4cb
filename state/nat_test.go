package state

import (
	"testing"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

// forward is a policy that sends everything to an address and port on side out,
// with sources from pool unless it is nil.
func forward(to string, port uint16, out netstack.Side, pool *netstack.Pool) func(*netstack.Packet) (Admission, bool) {
	t := netstack.Translation{Dst: address(to), DstPort: port, Pool: pool}
	return func(*netstack.Packet) (Admission, bool) {
		return Admission{Out: out, Translation: t}, true
	}
}

func TestDestinationNAT(t *testing.T) {
	r := newRig(t, Limits{MaxSessions: 10})
	r.policy = forward("10.1.0.10", 80, inside, nil)
	in := r.passes(outside, nettest.TCP("203.0.113.7:5000", "192.0.2.1:8080", nettest.Flags("S"), nettest.Seq(9)))
	r.leaves(in, inside, "tcp 203.0.113.7:5000 -> 10.1.0.10:80")
	out := r.passes(inside, nettest.TCP("10.1.0.10:80", "203.0.113.7:5000", nettest.Flags("SA"), nettest.Ack(10)))
	r.leaves(out, outside, "tcp 192.0.2.1:8080 -> 203.0.113.7:5000")
	if v := r.only(); v.Flags&DestinationNAT == 0 || v.Flags&SourceNAT != 0 {
		t.Errorf("%v", v.Flags.Words())
	}
}

func TestDestinationNATKeepsThePortAndLeavesICMPTypesAlone(t *testing.T) {
	r := newRig(t, Limits{MaxSessions: 10})
	r.policy = forward("10.1.0.10", 0, inside, nil)
	m := r.passes(outside, nettest.UDP("203.0.113.7:5000", "192.0.2.1:53"))
	r.leaves(m, inside, "udp 203.0.113.7:5000 -> 10.1.0.10:53")
	r.policy = forward("10.1.0.10", 80, inside, nil)
	m = r.passes(outside, nettest.ICMPEcho("203.0.113.7", "192.0.2.1", nettest.ID(5)))
	r.leaves(m, inside, "icmp 203.0.113.7:5 -> 10.1.0.10:8")
	m = r.passes(inside, nettest.ICMPEchoReply("10.1.0.10", "203.0.113.7", nettest.ID(5)))
	r.leaves(m, outside, "icmp 192.0.2.1:8 -> 203.0.113.7:5")
}

// REQ-9a: the server sees the external address of the client beside
// it, and both directions go through the firewall.
func Test4787REQ9Hairpin(t *testing.T) {
	r := newRig(t, Limits{MaxSessions: 10})
	r.policy = forward("10.1.0.10", 80, inside, pool("192.0.2.1", 1024, 65535))
	in := r.passes(inside, nettest.TCP("10.1.0.5:40000", "192.0.2.1:8080", nettest.Flags("S"), nettest.Seq(9)))
	r.leaves(in, inside, "tcp 192.0.2.1:40000 -> 10.1.0.10:80")
	out := r.passes(inside, nettest.TCP("10.1.0.10:80", "192.0.2.1:40000", nettest.Flags("SA"), nettest.Ack(10)))
	r.leaves(out, inside, "tcp 192.0.2.1:8080 -> 10.1.0.5:40000")
	if v := r.only(); v.Flags != SourceNAT|DestinationNAT|Hairpin|Replied {
		t.Errorf("%v", v.Flags.Words())
	}
}

// RFC 4787 REQ-1, RFC 5382 REQ-1.
func Test4787REQ1MappingIsEndpointIndependent(t *testing.T) {
	r := newMasqueradingRig(t)
	r.passes(inside, nettest.UDP("10.1.0.9:40000", "1.1.1.1:53")) // takes 40000
	first := r.passes(inside, nettest.UDP("10.1.0.5:40000", "1.1.1.1:53")).Leave.SrcPort
	if first == 40000 {
		t.Fatal("one port for two hosts")
	}
	for _, remote := range []string{"1.1.1.1:54", "9.9.9.9:53", "8.8.8.8:1"} {
		if port := r.passes(inside, nettest.UDP("10.1.0.5:40000", remote)).Leave.SrcPort; port != first {
			t.Errorf("to %s: port %d; want %d", remote, port, first)
		}
	}
	if n := r.Stats().Mappings; n != 2 {
		t.Errorf("%d mappings; want 2", n)
	}
	// RFC 7857 6: another protocol's mapping is its own.
	if port := r.passes(inside, nettest.TCP("10.1.0.5:40000", "1.1.1.1:53", nettest.Flags("S"))).Leave.SrcPort; port != 40000 {
		t.Errorf("tcp port %d", port)
	}
}

func TestMappingLivesAsLongAsASessionHoldsIt(t *testing.T) {
	r := newMasqueradingRig(t)
	a := r.passes(inside, nettest.UDP("10.1.0.5:40000", "1.1.1.1:53"))
	b := r.passes(inside, nettest.UDP("10.1.0.5:40000", "9.9.9.9:53"))
	r.Kill(a.Session)
	if port := r.passes(inside, nettest.UDP("10.1.0.6:40000", "1.1.1.1:53")).Leave.SrcPort; port == 40000 {
		t.Error("the port was lent while a session held it")
	}
	r.Kill(b.Session)
	if port := r.passes(inside, nettest.UDP("10.1.0.7:40000", "1.1.1.1:53")).Leave.SrcPort; port != 40000 {
		t.Error("the port was not given back")
	}
}

func TestTwoPoolsOfOneAddressShareItsPorts(t *testing.T) {
	r := newRig(t, Limits{MaxSessions: 10})
	pools := []*netstack.Pool{pool("192.0.2.1", 5000, 5000), pool("192.0.2.1", 5000, 5001)}
	next := 0
	r.policy = func(*netstack.Packet) (Admission, bool) {
		a := Admission{Out: outside}
		a.Translation.Pool = pools[next]
		next++
		return a, true
	}
	a := r.passes(inside, nettest.UDP("10.1.0.5:9", "1.1.1.1:53")).Leave.SrcPort
	b := r.passes(inside, nettest.UDP("10.1.0.6:9", "1.1.1.1:53")).Leave.SrcPort
	if a != 5000 || b != 5001 {
		t.Errorf("ports %d and %d; want 5000 and 5001", a, b)
	}
}

// A redirected session's replies look like those to a masqueraded one would: the
// second must get another port, not the first one's packets.
func Test4787REQ3MasqueradingKeepsClearOfRedirectedSessions(t *testing.T) {
	r := newRig(t, Limits{MaxSessions: 10})
	r.policy = forward("10.1.0.10", 80, inside, nil)
	r.passes(outside, nettest.UDP("1.1.1.1:53", "192.0.2.1:8080"))
	masquerade := newMasqueradingRig(t).policy
	r.policy = masquerade
	m := r.passes(inside, nettest.UDP("10.1.0.5:8080", "1.1.1.1:53"))
	if m.Leave.SrcPort == 8080 {
		t.Fatal("two sessions would have one key")
	}
	// To anywhere else the port is free.
	if m := r.passes(inside, nettest.UDP("10.1.0.6:8080", "9.9.9.9:53")); m.Leave.SrcPort != 8080 {
		t.Errorf("%+v", m)
	}
	// A mapping that would have to change for one destination is not changed.
	r.refused(inside, nettest.UDP("10.1.0.6:8080", "1.1.1.1:53"), netstack.NATExhausted)
	if s := r.Stats(); s.Sessions != 3 || s.Mappings != 2 {
		t.Errorf("%+v", s)
	}
}

func TestNothingLeavesUntranslated(t *testing.T) {
	r := newRig(t, Limits{MaxSessions: 10})
	six := pool("2001:db8::1", 1024, 65535)
	for name, c := range map[string]struct {
		a    netstack.Translation
		want netstack.Reason
	}{
		"source of the other family":      {netstack.Translation{Pool: six}, netstack.Untranslatable},
		"destination of the other family": {netstack.Translation{Dst: six.Parts[0].First}, netstack.Untranslatable},
		"pool without ports":              {netstack.Translation{Pool: poolOf("192.0.2.1")}, netstack.NATExhausted},
		"onto itself":                     {netstack.Translation{Dst: address("10.1.0.5"), DstPort: 1, Pool: pool("1.1.1.1", 53, 53)}, netstack.NATExhausted},
	} {
		r.policy = func(*netstack.Packet) (Admission, bool) { return Admission{Out: inside, Translation: c.a}, true }
		if m, reason := r.send(inside, nettest.UDP("10.1.0.5:1", "1.1.1.1:53")); m != (Match{}) || reason != c.want {
			t.Errorf("%s: %+v, %v; want %v", name, m, reason, c.want)
		}
	}
	if s := r.Stats(); s.Mappings != 0 || s.Sessions != 0 {
		t.Errorf("%+v", s)
	}
}

// Two addresses forwarded to one server: a client that uses one port for both
// would get answers that could be of either.
func TestRedirectionsThatCannotBeToldApart(t *testing.T) {
	r := newRig(t, Limits{MaxSessions: 10})
	r.policy = forward("10.1.0.10", 80, inside, nil)
	r.passes(outside, nettest.UDP("203.0.113.7:5000", "192.0.2.1:8080"))
	r.refused(outside, nettest.UDP("203.0.113.7:5000", "192.0.2.2:8080"), netstack.Untranslatable)
	r.passes(outside, nettest.UDP("203.0.113.7:5001", "192.0.2.2:8080"))
}
