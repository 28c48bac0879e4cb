package forward

import (
	"testing"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
	"sallyport/state"
)

// up and down are segments of the rig's handshake from client to server, whose
// sequence numbers begin at 1000 and 5000.
func up(flags string, seq, ack uint32, o ...nettest.Option) nettest.Packet {
	return nettest.TCP(client, server, append([]nettest.Option{nettest.Flags(flags), nettest.Seq(seq), nettest.Ack(ack)}, o...)...)
}

func down(seen, flags string, seq, ack uint32, o ...nettest.Option) nettest.Packet {
	return nettest.TCP(server, seen, append([]nettest.Option{nettest.Flags(flags), nettest.Seq(seq), nettest.Ack(ack)}, o...)...)
}

// A client that has crashed comes back with the port of a conversation that the
// server still holds: everything of that passes through the translation, until
// both have agreed on a new one (RFC 9293 3.5.1, RFC 5961 4.2).
func TestS12ClientComesBackThroughMasquerade(t *testing.T) {
	r := newRig(t, outward())
	seen := r.handshake(client, server)
	old := r.sessions()[0]

	again := r.pass(in, up("S", 900000, 0))
	if got := endpoint(again.Flow.Src, again.Flow.SrcPort); got != seen {
		t.Errorf("the new SYN leaves from %s, the conversation from %s", got, seen)
	}
	if now := r.sessions(); len(now) != 1 || now[0].ID != old.ID || now[0].State != "established" {
		t.Fatalf("a SYN changed the session: %+v", now)
	}
	challenge := r.pass(out, down(seen, "A", 5001, 1001))
	if got := endpoint(challenge.Flow.Dst, challenge.Flow.DstPort); got != client {
		t.Errorf("the challenge goes to %s", got)
	}
	r.pass(in, up("R", 1001, 0))
	if now := r.sessions(); len(now) != 1 || now[0].State != "reset" {
		t.Fatalf("the client's RST: %+v", now)
	}
	r.pass(in, up("S", 900000, 0))
	r.pass(out, down(seen, "SA", 70000, 900001))
	r.pass(in, up("A", 900001, 70001))
	now := r.sessions()
	if len(now) != 1 || now[0].ID == old.ID || now[0].State != "established" {
		t.Errorf("the new conversation: %+v", now)
	}
}

// A new SYN is the rules' to judge, as they are now; the conversation that they
// once admitted goes on.
func TestS12TheRulesHaveChanged(t *testing.T) {
	r := newRig(t, outward())
	seen := r.handshake(client, server)
	spec := outward()
	spec.Rules[2].Action = netstack.Drop
	r.load(spec)
	r.refuse(in, up("S", 900000, 0), netstack.Policy)
	r.pass(in, up("PA", 1001, 5001, nettest.Payload(10)))
	r.pass(out, down(seen, "A", 5001, 1011))
}

func TestS09RefusalsSayTheCondition(t *testing.T) {
	r := newRig(t, outward())
	seen := r.handshake(client, server)
	for name, c := range map[string]struct {
		p      nettest.Packet
		reason netstack.Reason
		want   state.Condition
	}{
		"beyond":     {down(seen, "PA", 5001+1<<20, 1001, nettest.Payload(1)), netstack.OutOfWindow, state.BeyondWindow},
		"before":     {down(seen, "A", 3<<30+5001, 1001), netstack.OutOfWindow, state.BeforeWindow},
		"too much":   {down(seen, "A", 5001, 1002), netstack.OutOfWindow, state.AcksTooMuch},
		"too little": {down(seen, "A", 5001, 3<<30+1001), netstack.OutOfWindow, state.AcksTooLittle},
		"RST":        {down(seen, "R", 5001+1<<20, 0), netstack.RSTInvalid, state.BeyondWindow},
		"handshake":  {down(seen, "SA", 1<<30, 1), netstack.Handshake, state.NoCondition},
	} {
		res := r.refuse(out, c.p, c.reason)
		if res.Condition != c.want || res.Session == 0 {
			t.Errorf("%s: condition %q of session %d, want %q", name, res.Condition, res.Session, c.want)
		}
	}
}

// What the log is told has the condition too.
func TestS09TheNoticeHasTheCondition(t *testing.T) {
	l := startLoop(t, 100)
	syn := nettest.TCP(client6, server6, nettest.Flags("S"), nettest.Seq(1000))
	l.links[in].Inject(syn)
	l.links[out].Wait(t, 1)
	l.links[out].Inject(nettest.TCP(server6, client6, nettest.Flags("SA"), nettest.Seq(5000), nettest.Ack(1001)))
	l.links[in].Wait(t, 1)
	l.links[in].Inject(nettest.TCP(client6, server6, nettest.Flags("PA"), nettest.Seq(1<<20), nettest.Ack(5001), nettest.Payload(1)))
	for n := range l.notices.C {
		if n.Reason != netstack.ReasonNone {
			if n.Reason != netstack.OutOfWindow || n.Condition != state.BeyondWindow || n.Session == 0 {
				t.Errorf("%+v", n)
			}
			break
		}
	}
	if err := l.stop(); err != nil {
		t.Fatal(err)
	}
}

// A server that has closed answers each segment of late data with a RST that has
// its acknowledgement: all pass, and the one that is exact ends the session.
func TestS14RSTsToLateDataPass(t *testing.T) {
	r := newRig(t, outward())
	seen := r.handshake(client, server)
	r.pass(out, down(seen, "PA", 5001, 1001, nettest.Payload(600)))
	for i, ack := range []uint32{5001, 5301, 5601} {
		r.pass(in, up("PA", 1001+uint32(i)*100, ack, nettest.Payload(100)))
	}
	for _, seq := range []uint32{5001, 5301} {
		r.pass(out, down(seen, "R", seq, 0))
		if s := r.sessions()[0].State; s != "established" {
			t.Errorf("a RST of %d makes it %s", seq, s)
		}
	}
	r.pass(out, down(seen, "R", 5601, 0))
	if s := r.sessions()[0].State; s != "reset" {
		t.Errorf("the exact RST leaves it %s", s)
	}
}

// A forged error about a translated connection names the box's own address at
// both ends, and is not the box's own for that.
func Test5382REQ10ForgedErrorIsNotGivenToTheBox(t *testing.T) {
	r := newRig(t, outward())
	seen := r.handshake(client, server)
	about := func(seq uint32) nettest.Packet {
		return nettest.TooBig(router, public, 600, nettest.TCP(seen, server, nettest.Flags("A"), nettest.Seq(seq)))
	}
	r.refuse(out, about(1<<30), netstack.ICMPUnrelated)
	r.pass(out, about(1001))
}
