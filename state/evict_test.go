package state

import (
	"fmt"
	"testing"
	"time"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

// converses has a datagram pass and be answered.
func (r *rig) converses(p nettest.Packet) {
	r.Helper()
	m := r.passes(inside, p)
	r.passes(outside, nettest.UDP(fmt.Sprintf("%v:%d", m.Leave.Dst, m.Leave.DstPort), fmt.Sprintf("%v:%d", m.Leave.Src, m.Leave.SrcPort)))
}

func sender(n int) string { return fmt.Sprintf("10.1.%d.%d:40000", n/250, n%250+1) }

const web = "1.1.1.1:443"

func synFrom(n int) nettest.Packet {
	return nettest.TCP(sender(n), web, nettest.Flags("S"), nettest.Seq(1))
}

func synAckTo(n int) nettest.Packet {
	return nettest.TCP(web, sender(n), nettest.Flags("AS"), nettest.Seq(1), nettest.Ack(2))
}

func ackFrom(n int) nettest.Packet {
	return nettest.TCP(sender(n), web, nettest.Flags("A"), nettest.Seq(2), nettest.Ack(2))
}

// What gives way when the table is full, best first, and what does not.
func TestEviction(t *testing.T) {
	r := newRig(t, Limits{MaxSessions: 5})
	r.converses(ask(0))
	r.passes(inside, synFrom(1)) // half open
	r.after(time.Second).passes(inside, synFrom(2))
	r.passes(outside, synAckTo(2))                  // still half open
	r.after(time.Second).passes(inside, ask(3))     // no answer
	r.after(time.Second).passes(inside, synFrom(4)) // over
	r.passes(outside, nettest.TCP(web, sender(4), nettest.Flags("AR"), nettest.Ack(2)))
	for i, gone := range []string{sender(4), sender(1), sender(2), sender(3)} {
		r.after(time.Millisecond).converses(ask(10 + i))
		for _, v := range r.list() {
			if v.Original.Src == address(gone[:len(gone)-6]) {
				t.Errorf("%v is still there", v.Original)
			}
		}
	}
	r.refused(inside, synFrom(5), netstack.StateLimit)
	if s := r.Stats(); s.Ended[CauseEvicted] != 4 || s.Sessions != 5 {
		t.Errorf("%+v", s)
	}
}

// A flood that fills the table ten times over between a client's packets: at
// least nine clients in ten get through all the same, and no conversation that
// stands is lost.
func TestFloodLeavesClientsTheirConnections(t *testing.T) {
	const max, clients = 1000, 100
	for _, between := range []int{max / 10, max / 2} { // SYNs of the flood in a client's round trip
		r, spoofed := newRig(t, Limits{MaxSessions: max}), synFrom(0).Parse(t, inside)
		flood := func() {
			for range between {
				spoofed.Flow.Src.Lo += 1 << 16
				r.handle(spoofed)
			}
			r.after(time.Millisecond)
		}
		for range 20 {
			flood()
		}
		through := 0
		for i := range clients {
			r.passes(inside, synFrom(i))
			flood()
			if m, reason := r.send(outside, synAckTo(i)); m.Session == 0 || reason != netstack.ReasonNone {
				continue
			}
			flood()
			if m, reason := r.send(inside, ackFrom(i)); m.Session != 0 && reason == netstack.ReasonNone {
				through++
			}
		}
		established := 0
		for _, v := range r.list() {
			if v.State == "established" {
				established++
			}
		}
		if through < clients*9/10 || established != through || r.Len() > max {
			t.Errorf("%d SYNs a round trip: %d of %d clients got through, %d are established", between, through, clients, established)
		}
	}
}

// Nobody is looked at twice for one new session, however full the table is.
func TestEvictionIsBounded(t *testing.T) {
	r := newRig(t, Limits{MaxSessions: 1000})
	for i := range 1000 {
		r.converses(ask(i))
	}
	for i := range 10 {
		at := r.cursor
		r.refused(inside, synFrom(i), netstack.StateLimit)
		if moved := (r.cursor + r.sessions.used - at) % r.sessions.used; moved != reapOnFull {
			t.Errorf("%d records looked at, want %d", moved, reapOnFull)
		}
	}
}
