package state

import (
	"fmt"
	"testing"

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
	crossingWay    = append(synSentWay[:1:1], fromServer("S", 0, 0))
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

// tcpCase is one segment in some state, and what becomes of both.
type tcpCase struct {
	name  string
	sends segmentSpec
	want  netstack.Reason
	state string
}

// judge sends each case's segment into a fresh conversation that has come the
// given way.
func judge(t *testing.T, way []segmentSpec, cases []tcpCase) {
	for _, start := range starts {
		for _, c := range cases {
			t.Run(fmt.Sprintf("%s from %#x", c.name, start), func(t *testing.T) {
				v := newTalk(t, start, way)
				before := v.only()
				in, p := c.sends.build(v)
				if m := v.refused(in, p, c.want); m.Session != before.ID && c.want != netstack.Policy {
					t.Errorf("session %d; want %d", m.Session, before.ID)
				}
				after := v.only()
				if after.State != c.state {
					t.Errorf("state %s; want %s", after.State, c.state)
				}
				if c.want != netstack.ReasonNone {
					before.TimeoutLeft = after.TimeoutLeft
					if after != before {
						t.Errorf("a refused segment changed the session\nfrom %+v\nto   %+v", before, after)
					}
				}
			})
		}
	}
}
