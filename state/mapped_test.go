package state

import (
	"fmt"
	"testing"
	"time"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

// natRig is a table behind one pool, and a policy as appliance/forward has it:
// whoever is inside may go out, and who is not comes in through mappings alone.
type natRig struct {
	*rig
	pool *netstack.Pool
}

func newNATRig(t testing.TB, pool *netstack.Pool) *natRig {
	r := &natRig{newRig(t, Limits{MaxSessions: 1000}), pool}
	r.policy = r.admit
	return r
}

func (r *natRig) admit(p *netstack.Packet) (a Admission, ok bool) {
	if m, found := r.Mapped(p, r.now); found {
		a = Admission{Rule: 8, Generation: 3, Out: m.Side, Mapped: true}
		a.Translation.Dst, a.Translation.DstPort = m.Addr, m.Port
		if p.Flow.In == m.Side {
			a.Translation.Pool = r.pool
		}
		return a, true // and Open sees to it
	}
	a = Admission{Rule: 7, Generation: 3, Out: netstack.Outside}
	a.Translation.Pool, a.Translation.SrcRule = r.pool, 2
	return a, p.Flow.In == netstack.Inside
}

// behaving is a pool of one address that maps and filters so.
func behaving(mapping, filtering netstack.Dependence) *netstack.Pool {
	p := pool("192.0.2.1", 1024, 65535)
	p.Mapping, p.Filtering = mapping, filtering
	return p
}

// external is where an inside endpoint is seen to send from.
func (r *natRig) external(from, to string) string {
	r.Helper()
	m := r.passes(inside, nettest.UDP(from, to))
	return fmt.Sprintf("%v:%d", m.Leave.Src, m.Leave.SrcPort)
}

// letIn reports whether a datagram from outside reaches anybody inside.
func (r *natRig) letIn(from, to string) bool {
	r.Helper()
	m, _ := r.send(outside, nettest.UDP(from, to))
	checkInvariants(r, r.Table)
	return m.Session != 0
}

const (
	ei  = netstack.EndpointIndependent
	ad  = netstack.AddressDependent
	apd = netstack.AddressAndPortDependent
)

var dependences = []netstack.Dependence{ei, ad, apd}

// Test4787REQ8Filtering has every filtering with every mapping: who may come in
// to an endpoint that has spoken to 1.1.1.1:53.
func Test4787REQ8Filtering(t *testing.T) {
	for _, mapping := range dependences {
		for _, filtering := range dependences {
			r := newNATRig(t, behaving(mapping, filtering))
			seen := r.external("10.1.0.5:4000", "1.1.1.1:53")
			for from, want := range map[string]bool{
				"1.1.1.1:53": true,
				"1.1.1.1:54": filtering <= ad,
				"1.1.1.2:53": filtering == ei,
			} {
				if got := r.letIn(from, seen); got != want {
					t.Errorf("%v, filtering %v: from %s: %v", mapping, filtering, from, got)
				}
			}
		}
	}
}

// Test4787REQ1Mapping has every mapping: which sessions of an endpoint look the
// same from outside. The ports are random, so that none is the same by chance.
func Test4787REQ1Mapping(t *testing.T) {
	for _, filtering := range dependences {
		for _, mapping := range dependences {
			p := behaving(mapping, filtering)
			p.Choice = netstack.RandomPort
			r := newNATRig(t, p)
			first := r.external("10.1.0.5:4000", "1.1.1.1:53")
			for to, want := range map[string]bool{
				"1.1.1.1:54": mapping <= ad,
				"1.1.1.2:53": mapping == ei,
			} {
				if got := r.external("10.1.0.5:4000", to) == first; got != want {
					t.Errorf("%v: to %s the same: %v", mapping, to, got)
				}
			}
			checkInvariants(t, r.Table)
		}
	}
}

// Test4787REQ8FilteringForgets has filtering by address end with the last session
// with that address, and any with the mapping.
func Test4787REQ8FilteringForgets(t *testing.T) {
	r := newNATRig(t, behaving(ei, ad))
	a := r.passes(inside, nettest.UDP("10.1.0.5:4000", "1.1.1.1:53"))
	r.passes(inside, nettest.UDP("10.1.0.5:4000", "2.2.2.2:53"))
	if !r.letIn("1.1.1.1:99", "192.0.2.1:4000") {
		t.Fatal("a known address is kept out")
	}
	for _, v := range r.list() {
		if v.Flags&ThroughMapping != 0 {
			r.Kill(v.ID)
		}
	}
	r.Kill(a.Session)
	if r.letIn("1.1.1.1:99", "192.0.2.1:4000") || !r.letIn("2.2.2.2:99", "192.0.2.1:4000") {
		t.Error("1.1.1.1 is still known, or 2.2.2.2 is not")
	}
}

// hello is a packet that begins a conversation, and welcome the one that answers
// it.
func hello(p netstack.Protocol, from, to string) nettest.Packet {
	switch p {
	case netstack.TCP:
		return nettest.TCP(from, to, nettest.Flags("S"), nettest.Seq(100))
	case netstack.SCTP:
		return nettest.SCTP(from, to, nettest.PayloadBytes(initA))
	}
	return nettest.UDP(from, to)
}

func welcome(p netstack.Protocol, from, to string) nettest.Packet {
	switch p {
	case netstack.TCP:
		return nettest.TCP(from, to, nettest.Flags("SA"), nettest.Ack(101))
	case netstack.SCTP:
		return nettest.SCTP(from, to, nettest.Tag(tagA), nettest.PayloadBytes(initAckB))
	}
	return nettest.UDP(from, to)
}

// Test5382REQ3SessionsThroughAMapping has one of each protocol that has ports,
// and both its directions translated.
func Test5382REQ3SessionsThroughAMapping(t *testing.T) {
	for _, proto := range []netstack.Protocol{netstack.UDP, netstack.TCP, netstack.SCTP} {
		r := newNATRig(t, behaving(ei, ei))
		r.passes(inside, hello(proto, "10.1.0.5:4000", "1.1.1.1:53"))
		m := r.passes(outside, hello(proto, "7.7.7.7:9999", "192.0.2.1:4000"))
		r.leaves(m, inside, fmt.Sprintf("%v 7.7.7.7:9999 -> 10.1.0.5:4000", proto))
		back := r.passes(inside, welcome(proto, "10.1.0.5:4000", "7.7.7.7:9999"))
		r.leaves(back, outside, fmt.Sprintf("%v 192.0.2.1:4000 -> 7.7.7.7:9999", proto))
		v := r.list()[1]
		if v.Flags&ThroughMapping == 0 || v.Flags&DestinationNAT == 0 || v.Rule != 8 {
			t.Errorf("%v: %v by rule %d", proto, v.Flags.Words(), v.Rule)
		}
		checkInvariants(t, r.Table)
	}
}

// TestMappingLivesWithASessionThroughIt has the session that it was made for end
// first.
func TestMappingLivesWithASessionThroughIt(t *testing.T) {
	r := newNATRig(t, behaving(ei, ei))
	own := r.passes(inside, nettest.UDP("10.1.0.5:4000", "1.1.1.1:53"))
	r.passes(outside, nettest.UDP("7.7.7.7:9999", "192.0.2.1:4000"))
	r.Kill(own.Session)
	if seen := r.external("10.1.0.6:4000", "1.1.1.1:53"); seen == "192.0.2.1:4000" {
		t.Error("the port was lent while a session came through it")
	}
	if !r.letIn("8.8.8.8:1", "192.0.2.1:4000") {
		t.Error("the mapping is gone, and a session comes through it")
	}
	for _, v := range r.list() {
		if v.Flags&ThroughMapping != 0 {
			r.Kill(v.ID)
		}
	}
	if _, ok := r.Mapped(nettest.UDP("8.8.8.8:1", "192.0.2.1:4000").Parse(t, outside), r.now); ok {
		t.Error("the mapping lives without a session")
	}
}

// Test4787REQ9HairpinThroughAMapping has two hosts inside speak to each other by
// their external endpoints: each sees the other's (REQ-9a), and who may come in
// is asked of that.
func Test4787REQ9HairpinThroughAMapping(t *testing.T) {
	for _, proto := range []netstack.Protocol{netstack.UDP, netstack.TCP, netstack.SCTP} {
		for _, filtering := range dependences {
			r := newNATRig(t, behaving(ei, filtering))
			r.passes(inside, hello(proto, "10.1.0.5:5000", "1.1.1.1:53"))
			r.passes(inside, hello(proto, "10.1.0.6:6000", "1.1.1.1:53"))
			if filtering != ei {
				r.refused(inside, hello(proto, "10.1.0.5:5000", "192.0.2.1:6000"), netstack.NATFiltered)
				checkInvariants(t, r.Table)
				continue
			}
			m := r.passes(inside, hello(proto, "10.1.0.5:5000", "192.0.2.1:6000"))
			r.leaves(m, inside, fmt.Sprintf("%v 192.0.2.1:5000 -> 10.1.0.6:6000", proto))
			back := r.passes(inside, welcome(proto, "10.1.0.6:6000", "192.0.2.1:5000"))
			r.leaves(back, inside, fmt.Sprintf("%v 192.0.2.1:6000 -> 10.1.0.5:5000", proto))
			checkInvariants(t, r.Table)
		}
	}
}

// TestHairpinIsFilteredByExternalAddress lets in who has the external address of
// somebody that the endpoint has spoken to, and nobody for his inside address.
func TestHairpinIsFilteredByExternalAddress(t *testing.T) {
	r := newNATRig(t, behaving(ei, ad))
	r.passes(inside, nettest.UDP("10.1.0.5:5000", "1.1.1.1:53"))
	r.passes(inside, nettest.UDP("10.1.0.6:6000", "192.0.2.1:9")) // spoken to in vain, but spoken to
	r.refused(inside, nettest.UDP("10.1.0.6:6000", "192.0.2.1:5000"), netstack.NATFiltered)
	m := r.passes(inside, nettest.UDP("10.1.0.5:5000", "192.0.2.1:6000"))
	r.leaves(m, inside, "udp 192.0.2.1:5000 -> 10.1.0.6:6000")
	checkInvariants(t, r.Table)
}

// An error about a hairpinned packet finds its way back as one of the session's.
func Test5508REQ7ErrorsThroughHairpin(t *testing.T) {
	r := newNATRig(t, behaving(ei, ei))
	r.passes(inside, nettest.UDP("10.1.0.6:6000", "1.1.1.1:53"))
	r.passes(inside, nettest.UDP("10.1.0.5:5000", "192.0.2.1:6000"))
	quoted := nettest.UDP("192.0.2.1:5000", "10.1.0.6:6000")
	m := r.passes(inside, nettest.Unreachable("10.1.0.6", "192.0.2.1", 3, quoted))
	if m.Out != inside || m.Leave.Src != address("192.0.2.1") || m.Leave.Dst != address("10.1.0.5") {
		t.Errorf("the error goes %v -> %v", m.Leave.Src, m.Leave.Dst)
	}
	if got := m.Quoted.String(); got != "udp 10.1.0.5:5000 -> 192.0.2.1:6000" {
		t.Errorf("it quotes %s", got)
	}
}

// TestUnansweredKeepsNothingAlive has a stranger send and send: what nobody
// answers ends when it would have with its first datagram.
func Test7857S7UnansweredKeepsNothingAlive(t *testing.T) {
	r := newNATRig(t, behaving(ei, ei))
	own := r.passes(inside, nettest.UDP("10.1.0.5:4000", "1.1.1.1:53"))
	r.passes(outside, nettest.UDP("7.7.7.7:9999", "192.0.2.1:4000"))
	r.Kill(own.Session)
	r.after(29*time.Second).passes(outside, nettest.UDP("7.7.7.7:9999", "192.0.2.1:4000"))
	r.after(time.Second)
	r.Sweep(r.now, 1000)
	r.refused(outside, nettest.UDP("7.7.7.7:9999", "192.0.2.1:4000"), netstack.Policy)
	if s := r.Stats(); s.Mappings != 0 {
		t.Errorf("%+v", s)
	}
}

// TestAnsweredLivesOn is the same stranger, who is answered once.
func TestAnsweredLivesOn(t *testing.T) {
	r := newNATRig(t, behaving(ei, ei))
	r.passes(inside, nettest.UDP("10.1.0.5:4000", "1.1.1.1:53"))
	r.passes(outside, nettest.UDP("7.7.7.7:9999", "192.0.2.1:4000"))
	r.passes(inside, nettest.UDP("10.1.0.5:4000", "7.7.7.7:9999"))
	for range 3 {
		r.after(4*time.Minute).passes(outside, nettest.UDP("7.7.7.7:9999", "192.0.2.1:4000"))
	}
	r.Sweep(r.now, 1000)
	if v := r.only(); v.Flags&ThroughMapping == 0 {
		t.Errorf("%v", v.Flags.Words())
	}
}

// TestIndexOfMappingsHasRoomForSoMany has mappings that need three entries each,
// more of them than there is room for: what comes too late gets none.
func TestIndexOfMappingsHasRoomForSoMany(t *testing.T) {
	p := behaving(ad, ad)
	p.Choice = netstack.RandomPort
	r := newNATRig(t, p)
	r.Table = NewTable(Limits{MaxSessions: 400}, DefaultTimeouts(), Seed{1})
	n := 0
	for i := range 400 {
		m, reason := r.send(inside, nettest.UDP(fmt.Sprintf("10.1.0.5:%d", i+1), "1.1.1.1:53"))
		if m.Session != 0 {
			n++
		} else if reason != netstack.NATExhausted {
			t.Fatal(reason)
		}
	}
	if n < 300 || n == 400 {
		t.Errorf("%d mappings", n)
	}
	checkInvariants(t, r.Table)
}

// TestMappingOfASessionTurnedRound has the server call back on the ports of a
// connection that is over: its mapping is then the other direction's, and ends
// with it, over a restart too.
func TestMappingOfASessionTurnedRound(t *testing.T) {
	for _, filtering := range []netstack.Dependence{ei, ad} {
		r := newNATRig(t, behaving(ei, filtering))
		in, out := "10.1.0.5:4000", "192.0.2.1:4000"
		seg := func(side netstack.Side, from, to, flags string, seq, ack uint32) {
			r.Helper()
			r.passes(side, nettest.TCP(from, to, nettest.Flags(flags), nettest.Seq(seq), nettest.Ack(ack)))
		}
		seg(inside, in, "1.1.1.1:53", "S", 100, 0)
		seg(outside, "1.1.1.1:53", out, "SA", 500, 101)
		seg(inside, in, "1.1.1.1:53", "A", 101, 501)
		seg(inside, in, "1.1.1.1:53", "R", 101, 0)
		seg(outside, "1.1.1.1:53", out, "S", 90000, 0)
		seg(inside, in, "1.1.1.1:53", "SA", 7000, 90001)
		if v := r.only(); v.Original.In != outside || v.State != "syn-received" || v.Flags&DestinationNAT == 0 {
			t.Fatalf("%+v", v)
		}
		checkInvariants(t, r.Table)
		after, result := restored(t, snapshotOf(t, r.Table, r.now), 100, 0, everything)
		if result.Count[Restored] != 1 {
			t.Fatal(result.Count)
		}
		for _, table := range []*Table{r.Table, after.Table} {
			table.Kill(table.id(1))
			checkInvariants(t, table)
			if n := table.Stats().Mappings; n != 0 {
				t.Errorf("%d mappings", n)
			}
		}
	}
}
