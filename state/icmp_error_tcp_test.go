package state

import (
	"fmt"
	"testing"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

// unreachable returns an error from outside about a segment of the client's, as
// it has left, or from inside about one of the server's.
func (v *talk) unreachable(s segmentSpec) (netstack.Side, nettest.Packet) {
	if s.fromClient {
		left := nettest.TCP("192.0.2.1:40000", "1.1.1.1:443", s.options(v.client, v.server)...)
		return outside, nettest.Unreachable("198.51.100.9", "192.0.2.1", 1, left)
	}
	left := nettest.TCP("1.1.1.1:443", "10.1.0.5:40000", s.options(v.server, v.client)...)
	return inside, nettest.Unreachable("10.1.0.254", "1.1.1.1", 1, left)
}

// RFC 5927 4.1, RFC 5382 REQ-10: an error about a segment that cannot be on its
// way is forged; a true one passes, and changes nothing.
func Test5382REQ10ErrorsPassOnlyWithASequenceNumberUnderWay(t *testing.T) {
	sent := append(establishedWay[:3:3], fromClient("PA", 1, 1, data(500)), fromServer("A", 1, 301))
	for _, c := range []struct {
		name  string
		way   []segmentSpec
		about segmentSpec
		want  Condition
	}{
		{"the SYN", synSentWay, fromClient("S", 0, 0), NoCondition},
		{"another SYN", synSentWay, fromClient("S", 2, 0), BeyondWindow},
		{"an older SYN", synSentWay, fromClient("S", 0xffffffff, 0), BeforeWindow},
		{"the SYN, while it is answered", synReceivedWay, fromClient("S", 0, 0), NoCondition},
		{"the SYN-ACK", synReceivedWay, fromServer("SA", 0, 1), NoCondition},
		{"data", sent, fromClient("PA", 1, 1), NoCondition},
		{"data under way", sent, fromClient("PA", 301, 1), NoCondition},
		{"an ACK", sent, fromClient("A", 501, 1), NoCondition},
		{"an ACK of the server", sent, fromServer("A", 1, 301), NoCondition},
		{"data not sent", sent, fromClient("PA", 502, 1), BeyondWindow},
		{"a guess", sent, fromClient("PA", 0x40000000, 1), BeyondWindow},
		{"a guess below", sent, fromClient("PA", 0xc0000000, 1), BeforeWindow},
		{"a guess about the server", sent, fromServer("PA", 0x40000000, 1), BeyondWindow},
		{"a new SYN", append(sent, fromClient("S", 100000, 0)), fromClient("S", 100000, 0), NoCondition},
		{"another new SYN", append(sent, fromClient("S", 100000, 0)), fromClient("S", 100001, 0), BeyondWindow},
		{"the last ACK", timeWaitWay, fromClient("A", 2, 2), NoCondition},
		{"after a RST", resetWay, fromClient("A", 1, 1), NoCondition},
	} {
		for _, start := range starts {
			t.Run(fmt.Sprintf("%s from %#x", c.name, start), func(t *testing.T) {
				v := newTalk(t, start, c.way)
				before, peers := v.only(), v.peers()
				want := netstack.ReasonNone
				if c.want != NoCondition {
					want = netstack.ICMPUnrelated
				}
				in, p := v.unreachable(c.about)
				m, reason := v.send(in, p)
				after := v.only()
				if reason != want || m.Condition != c.want || m.Session != before.ID {
					t.Errorf("%v, %v; want %v, %v", reason, m.Condition, want, c.want)
				}
				if d := m.Dir; want == netstack.ReasonNone {
					before.Packets[d]++
					before.Bytes[d] = after.Bytes[d]
				}
				if before != after || peers != v.peers() {
					t.Errorf("from %+v\nto   %+v", before, after)
				}
			})
		}
	}
}
