package state

import (
	"fmt"
	"testing"
	"time"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

// ask is the n-th of many datagrams that each begin a session.
func ask(n int) nettest.Packet {
	return nettest.UDP(fmt.Sprintf("10.1.%d.%d:40000", n/250, n%250+1), "1.1.1.1:53")
}

// Equal terms have one name, and a session lives by what it was given.
func TestTermsAreInterned(t *testing.T) {
	r := newRig(t, Limits{MaxSessions: 3})
	slow := DefaultTimeouts()
	slow[UDPSingle] = time.Hour
	first, err1 := r.Intern(Terms{Loose, slow})
	again, err2 := r.Intern(Terms{Loose, slow})
	own, err3 := r.Intern(Terms{Strict, DefaultTimeouts()})
	if first == 0 || again != first || own != 0 || err1 != nil || err2 != nil || err3 != nil {
		t.Fatalf("%d, %d, %d; %v, %v, %v", first, again, own, err1, err2, err3)
	}
	r.policy = func(*netstack.Packet) (Admission, bool) {
		a := Admission{Out: outside, Terms: first}
		a.Translation.DstRule, a.Translation.SrcRule = 4, 5
		return a, true
	}
	r.passes(inside, ask(1))
	if v := r.only(); v.Profile != Loose || v.TimeoutLeft != time.Hour || v.TimeoutTotal != time.Hour || v.DstRule != 4 || v.SrcRule != 5 {
		t.Errorf("%+v", v)
	}
}

func TestTableFull(t *testing.T) {
	r := newRig(t, Limits{MaxSessions: 3})
	for i := range 3 {
		r.converses(ask(i))
	}
	r.after(time.Second).refused(inside, ask(3), netstack.StateLimit)
	r.passes(inside, ask(0)) // who is in stays in, and refreshes
	r.after(5*time.Minute-time.Second).passes(inside, ask(4))
	if views := r.list(); len(views) != 2 {
		t.Errorf("%d sessions; want the refreshed and the new one", len(views))
	}
}

func TestSweepReapsALittleAtATime(t *testing.T) {
	r := newRig(t, Limits{MaxSessions: 100})
	for i := range 10 {
		r.passes(inside, ask(i))
	}
	if n := r.after(30*time.Second-1).Sweep(r.now, 1000); n != 0 || r.Len() != 10 {
		t.Fatalf("reaped %d, %d left, before their time", n, r.Len())
	}
	r.after(1)
	for i := range 5 {
		if n := r.Sweep(r.now, 2); n != 2 || r.Len() != 10-2*(i+1) {
			t.Errorf("sweep %d: reaped %d, %d left", i, n, r.Len())
		}
	}
	if n := r.Sweep(r.now, 1000); n != 0 {
		t.Errorf("reaped %d of none", n)
	}
	if s := r.Stats(); s.Ended[CauseExpired] != 10 || s.Sessions != 0 || s.Opened != 10 {
		t.Errorf("%+v", s)
	}
}

func TestListingGoesThroughEverySessionOnce(t *testing.T) {
	r := newRig(t, Limits{MaxSessions: 3000})
	for i := range 2500 {
		r.passes(inside, ask(i))
	}
	for _, max := range []int{1, 7, 2500, 10000} {
		seen := map[uint64]bool{}
		for c, more := Cursor(0), true; more; more = c != 0 {
			before := len(seen)
			c = r.Sessions(r.now, c, max, func(v View) { seen[v.ID] = true })
			if n := len(seen) - before; n > max {
				t.Fatalf("%d sessions at once; want at most %d", n, max)
			}
		}
		if len(seen) != 2500 {
			t.Errorf("%d at a time: %d sessions", max, len(seen))
		}
	}
}

func TestKill(t *testing.T) {
	r := newRig(t, Limits{MaxSessions: 10})
	m := r.passes(inside, ask(0))
	if r.Kill(m.Session+1) || r.Kill(0) || r.Kill(^uint64(0)) || !r.Kill(m.Session) || r.Kill(m.Session) {
		t.Error("killed what is not there, or not what is")
	}
	if again := r.passes(inside, ask(0)); again.Session == m.Session || r.Kill(m.Session) {
		t.Error("the record's next session answers to the old id")
	}
}

func TestOpenTwiceIsOneSession(t *testing.T) {
	r := newMasqueradingRig(t)
	p := ask(0).Parse(t, inside)
	a, _ := r.policy(p)
	first, _ := r.Open(p, a, r.now)
	second, reason := r.Open(p, a, r.now)
	if reason != none || second != first || r.only().Packets[Original] != 2 {
		t.Errorf("%+v\n%+v, %v", first, second, reason)
	}
}

func TestOpenJudgesForItself(t *testing.T) {
	r := newRig(t, Limits{MaxSessions: 10})
	fragment := nettest.UDP("10.1.0.5:1", "1.1.1.1:53", data(100), nettest.Fragment(0, 64, true, 1))
	for name, c := range map[string]struct {
		p    nettest.Packet
		out  netstack.Side
		want netstack.Reason
	}{
		"ACK":        {nettest.TCP("10.1.0.5:1", "1.1.1.1:2", nettest.Flags("A")), outside, netstack.NoSession},
		"ICMP error": {nettest.TimeExceeded("10.1.0.5", "1.1.1.1", ask(0)), outside, netstack.ICMPUnrelated},
		"fragment":   {fragment, outside, netstack.FragLimit},
		"to the box": {ask(0), netstack.Self, netstack.NoRoute},
		"to a side":  {ask(1), outside, none},
	} {
		if _, reason := r.Open(c.p.Parse(t, inside), Admission{Out: c.out}, r.now); reason != c.want {
			t.Errorf("%s: %v; want %v", name, reason, c.want)
		}
	}
}

// Until fragments are held, one must not pass because the datagram's first
// would.
func TestFragmentOfASessionIsRefused(t *testing.T) {
	r := newRig(t, Limits{MaxSessions: 10})
	r.passes(inside, nettest.UDP("10.1.0.5:1", "1.1.1.1:53"))
	before := r.only()
	first := nettest.UDP("10.1.0.5:1", "1.1.1.1:53", data(100), nettest.Fragment(0, 64, true, 1))
	r.refused(inside, first, netstack.FragLimit)
	if after := r.only(); after != before {
		t.Errorf("from %+v\nto   %+v", before, after)
	}
}

func TestFlagsHaveWords(t *testing.T) {
	all := SourceNAT | DestinationNAT | Hairpin | Replied | Logged
	if got := fmt.Sprint((all | reported).Words()); got != "[source-nat destination-nat hairpin replied logged]" {
		t.Error(got)
	}
	if got := Flags(0).Words(); got == nil || len(got) != 0 {
		t.Errorf("%#v; want an empty list, not none", got)
	}
}

func TestTimeoutsChangeWithTheNextPacket(t *testing.T) {
	r := newRig(t, Limits{MaxSessions: 10})
	r.passes(inside, ask(0))
	timeouts := DefaultTimeouts()
	if err := timeouts.Set("udp_single", time.Minute); err != nil {
		t.Fatal(err)
	}
	r.SetTimeouts(timeouts)
	if v := r.only(); v.TimeoutLeft != 30*time.Second {
		t.Errorf("%+v", v)
	}
	r.passes(inside, ask(0))
	if v := r.only(); v.TimeoutLeft != time.Minute || v.TimeoutTotal != time.Minute {
		t.Errorf("%+v", v)
	}
}
