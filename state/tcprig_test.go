package state

import (
	"fmt"
	"testing"
	"time"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

// talk is one TCP conversation through a masquerading rig, in relative
// sequence numbers: 0 is the sender's SYN, 1 its first byte.
type talk struct {
	*rig
	client, server uint32 // initial sequence numbers
}

// segmentSpec is a segment of one end of a talk.
type segmentSpec struct {
	fromClient bool
	flags      string
	seq, ack   uint32
	with       []nettest.Option
}

// build returns the segment as it is on the wire, and where.
func (s segmentSpec) build(v *talk) (netstack.Side, nettest.Packet) {
	if s.fromClient {
		return inside, nettest.TCP("10.1.0.5:40000", "1.1.1.1:443", s.options(v.client, v.server)...)
	}
	return outside, nettest.TCP("1.1.1.1:443", "192.0.2.1:40000", s.options(v.server, v.client)...)
}

// plain is build without translation.
func (s segmentSpec) plain(v *talk) (netstack.Side, nettest.Packet) {
	if s.fromClient {
		return inside, nettest.TCP("10.1.0.5:40000", "1.1.1.1:443", s.options(v.client, v.server)...)
	}
	return outside, nettest.TCP("1.1.1.1:443", "10.1.0.5:40000", s.options(v.server, v.client)...)
}

func (s segmentSpec) options(own, other uint32) []nettest.Option {
	o := []nettest.Option{nettest.Flags(s.flags), nettest.Seq(own + s.seq), nettest.Window(1000)}
	for _, f := range s.flags {
		if f == 'A' {
			o = append(o, nettest.Ack(other+s.ack))
		}
	}
	return append(o, s.with...)
}

func fromClient(flags string, seq, ack uint32, with ...nettest.Option) segmentSpec {
	return segmentSpec{true, flags, seq, ack, with}
}

func fromServer(flags string, seq, ack uint32, with ...nettest.Option) segmentSpec {
	return segmentSpec{false, flags, seq, ack, with}
}

var data = nettest.Payload

// The ways into each state.
var (
	synSentWay     = []segmentSpec{fromClient("S", 0, 0)}
	crossedWay     = append(synSentWay[:1:1], fromServer("S", 0, 0))
	synSent2Way    = append(crossedWay[:2:2], fromClient("SA", 0, 1))
	synReceivedWay = append(synSentWay[:1:1], fromServer("SA", 0, 1))
	establishedWay = append(synReceivedWay[:2:2], fromClient("A", 1, 1))
	finWaitWay     = append(establishedWay[:3:3], fromClient("FA", 1, 1))
	closeWaitWay   = append(finWaitWay[:4:4], fromServer("A", 1, 2))
	closingWay     = append(finWaitWay[:4:4], fromServer("FA", 1, 1))
	lastAckWay     = append(closeWaitWay[:5:5], fromServer("FA", 1, 2))
	timeWaitWay    = append(lastAckWay[:6:6], fromClient("A", 2, 2))
	resetWay       = append(establishedWay[:3:3], fromServer("RA", 1, 1))
)

// starts are initial sequence numbers, those included that wrap early.
var starts = [][2]uint32{{1000, 5000}, {0xffffffff, 0}, {0xfffffffe, 0xffffffff}, {0x7fffffff, 0x80000000}}

// newTalk returns a conversation that has come the given way.
func newTalk(t testing.TB, start [2]uint32, way []segmentSpec) *talk {
	t.Helper()
	v := &talk{newMasqueradingRig(t), start[0], start[1]}
	for _, s := range way {
		v.passes(s.build(v))
	}
	return v
}

// refuses sends a segment that must be refused for this reason.
func (v *talk) refuses(s segmentSpec, want netstack.Reason) Match {
	v.Helper()
	in, p := s.build(v)
	return v.refused(in, p, want)
}

// tcpCase is one segment in some state, and what becomes of both.
type tcpCase struct {
	name  string
	sends segmentSpec
	want  ruling
	state string
}

// doubted is a RST that starts the timer for unverified ones.
var doubted = ruling{effect: doubts}

// judge sends each case's segment into a fresh conversation that has come the
// given way, a second later. The policy admits what the client sends.
func judge(t *testing.T, way []segmentSpec, cases []tcpCase) {
	t.Helper()
	for _, start := range starts {
		for _, c := range cases {
			t.Run(fmt.Sprintf("%s from %#x", c.name, start), func(t *testing.T) {
				v := newTalk(t, start, way)
				before := v.only()
				peers := v.peers()
				v.after(time.Second)
				before.TimeoutLeft -= time.Second
				in, p := c.sends.build(v)
				m, reason := v.send(in, p)
				if want := c.reason(); reason != want || m.Condition != c.want.condition {
					t.Fatalf("%v, %v; want %v, %v", reason, m.Condition, want, c.want.condition)
				}
				if m.Session != before.ID && reason != netstack.Policy && c.want.effect != reopens {
					t.Errorf("session %d; want %d", m.Session, before.ID)
				}
				c.compare(v, before, peers, reason)
			})
		}
	}
}

func (c *tcpCase) reason() netstack.Reason {
	if c.want == anew && !c.sends.fromClient {
		return netstack.Policy
	}
	return c.want.reason
}

// compare compares what the session has become.
func (c *tcpCase) compare(v *talk, before View, peers [2]peer, reason netstack.Reason) {
	v.Helper()
	after := v.only()
	if after.State != c.state {
		v.Errorf("state %s; want %s", after.State, c.state)
	}
	switch left := after.TimeoutLeft; {
	case reason != none:
		if after != before || v.peers() != peers {
			v.Errorf("a refused segment changed the session\nfrom %+v %+v\nto   %+v %+v", before, peers, after, v.peers())
		}
	case c.want == doubted && v.live():
		if after.Timer != TCPUnverifiedReset || left != min(before.TimeoutLeft, DefaultTimeouts()[TCPUnverifiedReset]) {
			v.Errorf("timer %v, %v left", after.Timer, left)
		}
	case (c.want == idle || c.want == doubted) && left != before.TimeoutLeft, c.want == belongs && v.live() && left != after.TimeoutTotal:
		v.Errorf("%v left of %v, before %v", left, after.TimeoutTotal, before.TimeoutLeft)
	}
}

// live reports whether the conversation is not over.
func (v *talk) live() bool { return v.only().State != "time-wait" && v.only().State != "reset" }

// peers returns what the tracker knows of both ends.
func (v *talk) peers() [2]peer {
	return v.sessions.at(ref(v.only().ID % uint64(v.sessions.max+1))).peer
}
