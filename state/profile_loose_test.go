package state

import (
	"testing"
	"time"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

// looseRig lets the inside out, and picks up.
func looseRig(t *testing.T) *rig {
	r := newRig(t, Limits{MaxSessions: 10})
	id, err := r.Intern(Terms{Loose, Loose.Timeouts()})
	if err != nil {
		t.Fatal(err)
	}
	r.policy = func(p *netstack.Packet) (Admission, bool) {
		return Admission{Out: p.Flow.In.Opposite(), Terms: id}, p.Flow.In == inside
	}
	return r
}

// handle asks the policy as the forwarding loop does where rules are loose.
func (r *rig) loosely(in netstack.Side, p nettest.Packet) netstack.Reason {
	q := p.Parse(r.TB, in)
	m, reason := r.Track(q, r.now)
	if m.Session != 0 {
		return reason
	}
	if a, ok := r.policy(q); ok {
		_, reason = r.Open(q, a, r.now)
		return reason
	}
	return netstack.Policy
}

// The ends of a conversation that has run for a while: the client has sent up
// to 1000 and heard up to 9000, with a window of 100.
func up(flags string, seq, ack, n uint32) nettest.Packet {
	return nettest.TCP("10.1.0.5:40000", "1.1.1.1:443", nettest.Flags(flags), nettest.Seq(seq), nettest.Ack(ack), nettest.Window(100), data(int(n)))
}

func down(flags string, seq, ack, n uint32) nettest.Packet {
	return nettest.TCP("1.1.1.1:443", "10.1.0.5:40000", nettest.Flags(flags), nettest.Seq(seq), nettest.Ack(ack), nettest.Window(100), data(int(n)))
}

func TestS04PickUp(t *testing.T) {
	window := uint32(100 << 14) // the largest that a field of 100 can mean
	for name, c := range map[string]struct {
		in    netstack.Side
		p     nettest.Packet
		want  netstack.Reason
		state string
	}{
		"acknowledges all":            {outside, down("A", 9000, 1000, 0), none, "established"},
		"acknowledges less":           {outside, down("A", 9000, 500, 100), none, "established"},
		"the last of its window":      {outside, down("A", 9000+window, 1000, 0), none, "established"},
		"a retransmission":            {outside, down("A", 8000, 900, 1000), none, "established"},
		"its FIN":                     {outside, down("FA", 9000, 1000, 0), none, "fin-wait"},
		"acknowledges the future":     {outside, down("A", 9000, 1001, 0), netstack.OutOfWindow, "picked-up"},
		"acknowledges the distant":    {outside, down("A", 9000, 1000-window-1, 0), netstack.OutOfWindow, "picked-up"},
		"beyond the window":           {outside, down("A", 9000+window+1, 1000, 0), netstack.OutOfWindow, "picked-up"},
		"long before the window":      {outside, down("A", 8999-window, 1000, 0), netstack.OutOfWindow, "picked-up"},
		"exact RST":                   {outside, down("R", 9000, 0, 0), none, "reset"},
		"RST beside":                  {outside, down("R", 9001, 0, 0), netstack.RSTInvalid, "picked-up"},
		"SYN that the policy refuses": {outside, down("S", 9000, 0, 0), netstack.Policy, "picked-up"},
		"no ACK":                      {outside, down("P", 9000, 0, 10), netstack.BadFlags, "picked-up"},
		"more of the first":           {inside, up("A", 1000, 9500, 200), none, "picked-up"},
		"its own exact RST":           {inside, up("R", 1000, 0, 0), none, "reset"},
		"its own RST beside":          {inside, up("R", 1001, 0, 0), netstack.RSTInvalid, "picked-up"},
		"something of another's":      {inside, up("A", 1<<31, 9000, 0), netstack.OutOfWindow, "picked-up"},
		"that acknowledges nonsense":  {inside, up("A", 1000, 9000+window+1, 0), netstack.OutOfWindow, "picked-up"},
		"a SYN of its own":            {inside, up("S", 77, 0, 0), none, "picked-up"},
	} {
		t.Run(name, func(t *testing.T) {
			r := looseRig(t)
			if reason := r.loosely(inside, up("A", 900, 9000, 100)); reason != none {
				t.Fatal(reason)
			}
			v := r.only()
			if v.State != "picked-up" || v.TimeoutTotal != 30*time.Second || v.Flags&PickedUp == 0 || v.Profile != Loose {
				t.Fatalf("%+v", v)
			}
			if got := r.loosely(c.in, c.p); got != c.want {
				t.Errorf("%v; want %v", got, c.want)
			}
			if v = r.only(); v.State != c.state {
				t.Errorf("%v; want %v", v.State, c.state)
			}
			if c.state == "established" && (v.TimeoutTotal != Loose.Timeouts()[TCPEstablished] || v.Flags&PickedUp == 0) {
				t.Errorf("%+v", v)
			}
		})
	}
}

// One way for a while, then the other end, then a whole closing.
func TestPickedUpConversationGoesOnAndCloses(t *testing.T) {
	r := looseRig(t)
	for i, c := range []struct {
		in   netstack.Side
		p    nettest.Packet
		want string
	}{
		{inside, up("PA", 0xfffffff0, 9000, 8), "picked-up"},
		{inside, up("A", 0xfffffff8, 12000, 0), "picked-up"},
		{inside, up("A", 0xfffffff8, 15000, 1000), "picked-up"}, // wraps
		{outside, down("A", 15000, 992, 1400), "established"},
		{inside, up("A", 992, 16400, 1000), "established"},
		{outside, down("A", 16400, 992, 0), "established"},
		{inside, up("FA", 1992, 16400, 0), "fin-wait"},
		{outside, down("A", 16400, 1993, 0), "close-wait"},
		{outside, down("FA", 16400, 1993, 0), "last-ack"},
		{inside, up("A", 1993, 16401, 0), "time-wait"},
	} {
		if reason := r.after(time.Second).loosely(c.in, c.p); reason != none {
			t.Fatalf("%d: %v", i, reason)
		}
		if v := r.only(); v.State != c.want {
			t.Fatalf("%d: %v; want %v", i, v.State, c.want)
		}
	}
}

// Once both were heard, the windows hold as for any other.
func TestPickedUpWindows(t *testing.T) {
	const window = 100 << 14
	for _, c := range []struct {
		in   netstack.Side
		p    nettest.Packet
		want netstack.Reason
	}{
		{inside, up("A", 1000+window-8, 9000, 100), netstack.OutOfWindow},
		{inside, up("A", 1000+window-100, 9000, 100), none},
		{outside, down("A", 9000+window-8, 1000, 100), netstack.OutOfWindow},
		{outside, down("A", 9000+window-100, 1000, 100), none},
	} {
		r := looseRig(t)
		r.loosely(inside, up("A", 900, 9000, 100))
		r.loosely(outside, down("A", 9000, 1000, 0))
		if got := r.loosely(c.in, c.p); got != c.want {
			t.Errorf("%v: %v; want %v", c.in, got, c.want)
		}
	}
}

// What nobody answers does not stay: its next packet must find the rule again.
func TestPickedUpIsShortLived(t *testing.T) {
	r := looseRig(t)
	for range 5 {
		if reason := r.after(29*time.Second).loosely(inside, up("A", 900, 9000, 100)); reason != none {
			t.Fatal(reason)
		}
	}
	r.after(30*time.Second).refused(outside, down("A", 9000, 1000, 0), netstack.NoSession)
}
