package forward

import (
	"net/netip"
	"testing"
	"time"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
	"sallyport/policy"
	"sallyport/state"
)

// The two ends of the profiles' cases: no translation is between them.
const (
	alice = "10.1.0.5:10001"
	bob   = "198.51.100.7:23"
)

// profileRig has a rule "out" of this profile that lets the inside out.
func profileRig(t *testing.T, p state.Profile) *rig {
	t.Helper()
	r := newRig(t, policy.Spec{Rules: []policy.Rule{outRule(0)}})
	return r.live(p)
}

func outRule(terms uint16) policy.Rule {
	return policy.Rule{Name: "out", From: policy.FromInside, To: policy.FromOutside, Action: netstack.Pass, Terms: terms}
}

// live has the rules' terms be of these profiles, the first everywhere.
func (r *rig) live(profiles ...state.Profile) *rig {
	r.Helper()
	var all []Terms
	for _, p := range profiles {
		id, err := r.engine.Table.Intern(state.Terms{Profile: p, Timeouts: p.Timeouts()})
		if err != nil {
			r.Fatal(err)
		}
		all = append(all, Terms{ID: id, Profile: p})
	}
	pol := *r.engine.Load()
	pol.SetTerms(all, nil)
	r.engine.Swap(&pol)
	return r
}

// tcp is a segment between the two; sequence numbers that nobody keeps.
func tcp(src, dst, flags string, o ...nettest.Option) nettest.Packet {
	return nettest.TCP(src, dst, append([]nettest.Option{nettest.Flags(flags), nettest.Seq(0x57ac4ed0), nettest.Ack(77)}, o...)...)
}

// sessions lists the table.
func (r *rig) sessions() (list []state.View) {
	r.engine.Table.Sessions(r.now, 0, 1000, func(v state.View) { list = append(list, v) })
	return list
}

// holds wants exactly one session, with this timeout in seconds, left/total.
func (r *rig) holds(left, total time.Duration) {
	r.Helper()
	list := r.sessions()
	if len(list) != 1 || list[0].TimeoutLeft != left*time.Second || list[0].TimeoutTotal != total*time.Second {
		r.Fatalf("want one session at %d/%d, got %+v", left, total, list)
	}
}

func (r *rig) holdsNothing() {
	r.Helper()
	if list := r.sessions(); len(list) > 0 {
		r.Fatalf("want no session, got %+v", list)
	}
}

// S1, S2, S3, S6, S10, S11: what begins a session where a rule accepts
// everything from the inside.
func TestS02WhatBeginsASession(t *testing.T) {
	type fate struct {
		reason netstack.Reason // ReasonNone: it passes
		total  time.Duration   // of the session, 0: none
	}
	const flags, none = netstack.BadFlags, netstack.ReasonNone
	for _, c := range []struct {
		name, flags   string
		strict, loose fate
		fw1           fate
	}{
		{"SYN", "S", fate{none, 30}, fate{none, 30}, fate{none, 60}},
		{"ACK", "A", fate{netstack.NoSession, 0}, fate{none, 30}, fate{none, 3600}},
		{"SYN-ACK", "SA", fate{netstack.Asymmetric, 0}, fate{none, 30}, fate{none, 3600}},
		{"FIN-ACK", "FA", fate{netstack.NoSession, 0}, fate{none, 30}, fate{none, 3600}},
		{"null", "", fate{flags, 0}, fate{flags, 0}, fate{none, 3600}},
		{"FIN", "F", fate{flags, 0}, fate{flags, 0}, fate{none, 0}},
		{"RST", "R", fate{netstack.NoSession, 0}, fate{netstack.NoSession, 0}, fate{none, 0}},
		{"RST-ACK", "RA", fate{netstack.NoSession, 0}, fate{netstack.NoSession, 0}, fate{none, 0}},
		{"Xmas", "FPU", fate{flags, 0}, fate{flags, 0}, fate{none, 0}},
		{"URG alone", "U", fate{flags, 0}, fate{flags, 0}, fate{none, 3600}},
	} {
		for p, want := range map[state.Profile]fate{state.Strict: c.strict, state.Loose: c.loose, state.FW1: c.fw1} {
			t.Run(c.name+"/"+p.String(), func(t *testing.T) {
				r := profileRig(t, p)
				if want.reason != none {
					r.refuse(in, tcp(alice, bob, c.flags), want.reason)
				} else {
					r.pass(in, tcp(alice, bob, c.flags))
				}
				if want.total == 0 {
					r.holdsNothing()
				} else {
					r.holds(want.total, want.total)
				}
				// S3: where no rule accepts, no profile does.
				if res := r.send(out, tcp(bob, "10.1.0.99:1", c.flags)); res.Verdict == netstack.Pass {
					t.Error("passes from the outside too")
				}
			})
		}
	}
}

// S4: the table is lost, and the conversation goes on.
func TestS04RebuiltFromACKs(t *testing.T) {
	for p, want := range map[state.Profile]netstack.Reason{
		state.Strict: netstack.NoSession, state.Loose: netstack.ReasonNone, state.FW1: netstack.ReasonNone,
	} {
		r := profileRig(t, p)
		res := r.send(in, tcp(alice, bob, "PA", nettest.Payload(10)))
		if res.Reason != want {
			t.Errorf("%v: %v, want %v", p, res.Reason, want)
		}
		if p == state.Loose && r.sessions()[0].Flags&state.PickedUp == 0 {
			t.Errorf("not marked: %+v", r.sessions())
		}
	}
}

// S6: a stranger fills the table with ACKs, and it stays full for an hour.
func TestS06TableFilling(t *testing.T) {
	fill := func(p state.Profile) (r *rig) {
		r = profileRig(t, p)
		for port := range uint16(1000) {
			r.send(in, tcp(netip.AddrPortFrom(netip.MustParseAddr("10.1.0.5"), port+1).String(), bob, "A"))
		}
		r.wait(59 * time.Minute)
		return r
	}
	fill(state.FW1).refuse(in, tcp("10.1.0.6:1", bob, "S"), netstack.StateLimit)
	fill(state.Strict).pass(in, tcp("10.1.0.6:1", bob, "S"))
	fill(state.Loose).pass(in, tcp("10.1.0.6:1", bob, "S"))
}

// S7, S8: what makes a session of a SYN.
func TestS08AnyReturnPacketCompletesTheConnection(t *testing.T) {
	for _, flags := range []string{"A", "SA", "", "PU"} {
		r := profileRig(t, state.FW1)
		r.pass(in, tcp(alice, bob, "S"))
		r.holds(60, 60)
		r.wait(20 * time.Second)
		r.pass(in, tcp(alice, bob, "A")) // of its own, the opener completes nothing
		r.holds(60, 60)
		r.pass(out, tcp(bob, alice, flags))
		r.holds(3600, 3600)
	}
	for _, flags := range []string{"A", "", "PU"} {
		r := profileRig(t, state.Strict)
		r.pass(in, tcp(alice, bob, "S", nettest.Seq(7)))
		if res := r.send(out, tcp(bob, alice, flags, nettest.Ack(8))); res.Verdict == netstack.Pass {
			t.Errorf("strict: %q completes a connection", flags)
		}
		r.holds(30, 30)
	}
}

func TestS09WhackedOutSequenceNumbers(t *testing.T) {
	r := profileRig(t, state.FW1)
	r.handshake(alice, bob)
	r.wait(10 * time.Second)
	r.pass(out, tcp(bob, alice, "PA", nettest.Seq(3), nettest.Ack(0xdeadbeef), nettest.Payload(100)))
	r.holds(3600, 3600)
}

// S12: a SYN with the ports of a live session.
func TestS12SYNInALiveSession(t *testing.T) {
	for _, p := range []state.Profile{state.Strict, state.FW1} {
		r := profileRig(t, p)
		r.handshake(alice, bob)
		before := r.sessions()[0]
		if res := r.send(out, tcp(bob, alice, "S")); res.Verdict == netstack.Pass {
			t.Errorf("%v: a SYN tunnels back", p)
		}
		if after := r.sessions(); len(after) != 1 || after[0] != before {
			t.Errorf("%v: the session changed:\n%+v\n%+v", p, before, after)
		}
	}
	r := profileRig(t, state.FW1)
	r.handshake(alice, bob)
	r.pass(in, tcp(alice, bob, "S")) // the rules accept it: a new session
	r.holds(60, 60)
}

// S13: fastmode sees nothing but SYNs.
func TestS13Fastmode(t *testing.T) {
	spec := policy.Spec{
		Rules:   []policy.Rule{outRule(0)},
		SYNOnly: []policy.Service{{Protocol: netstack.TCP, Destination: netstack.PortRange{First: 23, Last: 23}}},
	}
	r := newRig(t, spec).live(state.FW1)
	r.pass(in, tcp(alice, bob, "S"))
	r.holdsNothing()
	r.pass(out, tcp(bob, alice, "SA"))
	for _, flags := range []string{"A", "", "FPU", "F", "R", "SF"} {
		r.pass(out, tcp("203.0.113.66:4444", "10.1.0.77:23", flags)) // nobody asked for it
		r.pass(out, tcp("203.0.113.66:23", "10.1.0.77:4444", flags))
	}
	r.holdsNothing()
	r.refuse(out, tcp("203.0.113.66:4444", "10.1.0.77:23", "S"), netstack.Policy)
	r.refuse(out, tcp("203.0.113.66:4444", "10.1.0.77:24", "R"), netstack.Policy)
	if h := r.engine.Load().Hit(policy.DefaultRule); h.Hits != 2 {
		t.Errorf("the default decided %d times, want 2", h.Hits)
	}
}

// What fastmode lets past the table cannot be translated, and does not leave.
func TestFastmodeLeavesNothingUntranslated(t *testing.T) {
	spec := outward()
	spec.SYNOnly = []policy.Service{{Protocol: netstack.TCP}}
	r := newRig(t, spec).live(state.FW1)
	for _, flags := range []string{"S", "A", "R"} {
		r.refuse(in, tcp(client, server, flags), netstack.Untranslatable)
		r.refuse(out, tcp(server, public+":8080", flags), netstack.Untranslatable)
	}
}

// S14, S15: the end of a connection.
func TestS15EveryPacketAfterTheEndStartsTheClockAnew(t *testing.T) {
	for _, flags := range []string{"FA", "R", "F", "FPU"} {
		r := profileRig(t, state.FW1)
		r.handshake(alice, bob)
		r.pass(out, tcp(bob, alice, flags))
		r.holds(50, 50)
		for range 10 {
			r.wait(49 * time.Second)
			r.pass(in, tcp(alice, bob, "A"))
			r.holds(50, 50)
		}
		r.wait(50 * time.Second)
		r.holdsNothing()
	}
}

// S16 and the profile's timer: UDP from the same place may come back for 40 s.
func TestS16UDPReplies(t *testing.T) {
	for p, want := range map[state.Profile][2]time.Duration{state.Strict: {30, 300}, state.FW1: {40, 40}} {
		r := profileRig(t, p)
		r.pass(in, nettest.UDP("10.1.0.5:1111", "198.51.100.7:5353"))
		r.holds(want[0], want[0])
		for range 3 {
			r.pass(out, nettest.UDP("198.51.100.7:5353", "10.1.0.5:1111"))
			r.holds(want[1], want[1])
		}
		for _, stranger := range []string{"198.51.100.7:5354", "198.51.100.8:5353"} {
			r.refuse(out, nettest.UDP(stranger, "10.1.0.5:1111"), netstack.Policy)
		}
		r.wait(want[1] * time.Second)
		r.refuse(out, nettest.UDP("198.51.100.7:5353", "10.1.0.5:1111"), netstack.Policy)
	}
}

// S18: FireWall-1 does not track ICMP, so that replies have to be let in
// blindly.
func TestS18ICMP(t *testing.T) {
	ping := nettest.ICMPEcho("10.1.0.5", "198.51.100.7", nettest.ID(77))
	pong := nettest.ICMPEchoReply("198.51.100.7", "10.1.0.5", nettest.ID(77))
	strict := profileRig(t, state.Strict)
	strict.pass(in, ping)
	strict.pass(out, pong)
	strict.refuse(out, nettest.ICMPEchoReply("198.51.100.7", "10.1.0.5", nettest.ID(78)), netstack.NoSession)

	fw1 := profileRig(t, state.FW1)
	fw1.pass(in, ping)
	fw1.holdsNothing()
	fw1.refuse(out, pong, netstack.Policy)
	blind := policy.Rule{Name: "blind", From: policy.FromOutside, To: policy.FromInside, Action: netstack.Pass,
		Service: []policy.Service{{Protocol: netstack.ICMP}}}
	fw1.load(policy.Spec{Rules: []policy.Rule{outRule(0), blind}})
	fw1.live(state.FW1).pass(out, nettest.ICMPEchoReply("203.0.113.66", "10.1.0.99", nettest.ID(1)))
	fw1.holdsNothing()
}

// J6: an error about a conversation.
func TestJ06ICMPErrorsInContext(t *testing.T) {
	about := tcp(alice, bob, "S")
	for p, want := range map[state.Profile]netstack.Reason{state.Strict: netstack.ReasonNone, state.FW1: netstack.Policy} {
		r := profileRig(t, p)
		r.pass(in, about)
		if res := r.send(out, nettest.TimeExceeded(router, "10.1.0.5", about)); res.Reason != want {
			t.Errorf("%v: %v, want %v", p, res.Reason, want)
		}
	}
}

// J12, J13: one half of the conversation takes another way.
func TestJ12AsymmetricRoutes(t *testing.T) {
	for _, p := range []state.Profile{state.Loose, state.FW1} {
		r := profileRig(t, p)
		r.pass(in, tcp(alice, bob, "S", nettest.Seq(1000)))
		r.pass(in, tcp(alice, bob, "A", nettest.Seq(1001), nettest.Ack(5001)))
		r.pass(in, tcp(alice, bob, "PA", nettest.Seq(1001), nettest.Ack(5001), nettest.Payload(100)))
		r.pass(in, tcp(alice, bob, "A", nettest.Seq(1101), nettest.Ack(7001)))
	}
	for _, p := range []state.Profile{state.Loose, state.FW1} {
		r := profileRig(t, p)
		r.pass(in, tcp(alice, bob, "SA", nettest.Seq(1000), nettest.Ack(5001)))
		r.pass(in, tcp(alice, bob, "A", nettest.Seq(1001), nettest.Ack(5101)))
	}
	r := profileRig(t, state.Strict)
	r.pass(in, tcp(alice, bob, "S", nettest.Seq(1000)))
	if res := r.send(in, tcp(alice, bob, "A", nettest.Seq(1001), nettest.Ack(5001))); res.Verdict == netstack.Pass {
		t.Error("strict: the ACK passes")
	}
	profileRig(t, state.Strict).refuse(in, tcp(alice, bob, "SA"), netstack.Asymmetric)
}

// Xmas that a rule accepts is logged, whatever the rule says of logging.
func TestS11XmasIsLogged(t *testing.T) {
	r := profileRig(t, state.FW1)
	if res := r.send(in, tcp(alice, bob, "FPU")); res.Event != state.PassedBy || res.Session != 0 {
		t.Errorf("%+v", res.Outcome)
	}
	if res := r.send(in, tcp(alice, bob, "R")); res.Event != state.NoEvent {
		t.Errorf("a RST by a rule that does not log: %+v", res.Outcome)
	}
}

// A rule of another profile decides for itself, and only about what it matches.
func TestRuleWithAnotherProfile(t *testing.T) {
	telnet := outRule(1)
	telnet.Name, telnet.Service = "telnet", []policy.Service{{Protocol: netstack.TCP, Destination: netstack.PortRange{First: 23, Last: 23}}}
	spec := policy.Spec{Rules: []policy.Rule{telnet, outRule(0)}}
	r := newRig(t, spec).live(state.Strict, state.FW1)
	r.pass(in, tcp(alice, bob, ""))
	r.holds(3600, 3600)
	r.refuse(in, tcp(alice, "198.51.100.7:24", ""), netstack.BadFlags)
	r.refuse(in, tcp(alice, "198.51.100.7:24", "A"), netstack.NoSession)
	r.refuse(in, tcp(alice, "198.51.100.7:24", "SA"), netstack.Asymmetric)
	r.refuse(in, nettest.TimeExceeded("10.1.0.5", "198.51.100.7", tcp("198.51.100.7:1", alice, "A")), netstack.ICMPUnrelated)
	r.pass(in, tcp(alice, "198.51.100.7:24", "S"))
	r.refuse(in, tcp(alice, "198.51.100.7:24", "FPU"), netstack.BadFlags) // in a session of the profile strict
	if h := r.engine.Load().Hit(1); h.Hits != 1 {
		t.Errorf("the strict rule has decided %d times, want once: what it cannot let in it does not count", h.Hits)
	}
}

// What needs a translation is never picked up: the port that the other end
// knows is lost. A SYN gets one.
func TestPickUpIsNeverTranslated(t *testing.T) {
	r := newRig(t, outward()).live(state.Loose)
	r.refuse(in, tcp(client, server, "A"), netstack.Untranslatable)
	r.refuse(in, tcp(client, server, "SA"), netstack.Untranslatable)
	r.refuse(out, tcp(server, public+":8080", "A"), netstack.Untranslatable)
	r.pass(in, tcp(client, server, "S", nettest.Seq(1000)))
	if res := r.send(in, tcp(client, server, "A", nettest.Seq(1001))); res.Verdict == netstack.Pass {
		t.Error("an ACK makes a translated SYN's session one picked up")
	}
}

// Under fw1 a translated ping is tracked, or its reply would be lost; and an
// error about a translated session is translated back.
func TestFW1Translated(t *testing.T) {
	r := newRig(t, outward()).live(state.FW1)
	id := r.pass(in, nettest.ICMPEcho("10.1.0.10", "198.51.100.7", nettest.ID(77))).Flow.SrcPort
	r.pass(out, nettest.ICMPEchoReply("198.51.100.7", public, nettest.ID(id)))
	about := r.send(in, tcp(client, server, "S")).packet
	r.pass(out, nettest.TimeExceeded(router, public, about))
	r.refuse(in, tcp(client, "198.51.100.7:81", "R"), netstack.Untranslatable)
	r.refuse(in, nettest.ICMPEchoReply("10.1.0.10", "198.51.100.8", nettest.ID(9)), netstack.Untranslatable)
}

// A service's terms are those of the real destination's port.
func TestServiceTermsAfterDestinationNAT(t *testing.T) {
	r := newRig(t, outward())
	patient := state.Terms{Timeouts: state.DefaultTimeouts()}
	patient.Timeouts[state.TCPOpening] = time.Hour
	id, err := r.engine.Table.Intern(patient)
	if err != nil {
		t.Fatal(err)
	}
	pol := *r.engine.Load()
	pol.SetTerms([]Terms{{Services: []state.TermsID{id}}},
		[]ServiceTerms{{Protocol: netstack.TCP, Ports: netstack.PortRange{First: 80, Last: 80}}})
	r.engine.Swap(&pol)
	r.pass(out, nettest.TCP(server, public+":8080", nettest.Flags("S")))
	r.holds(3600, 3600)
}
