package state

import (
	"encoding/binary"
	"testing"
	"time"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

// The tags of the two ends: what packets to the originator carry, and to the
// other end.
const (
	tagA = 0xaaaa0001
	tagB = 0xbbbb0002
)

// A chunk, and some that tests need.
func chunk(kind, flags uint8, value ...byte) []byte {
	b := append([]byte{kind, flags, 0, 0}, value...)
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)))
	return append(b, make([]byte, -len(b)&3)...)
}

func telling(kind uint8, tag uint32) []byte {
	return chunk(kind, 0, append(binary.BigEndian.AppendUint32(nil, tag), make([]byte, 12)...)...)
}

var (
	initA, initAckB = telling(chunkInit, tagA), telling(chunkInitAck, tagB)
	cookie          = chunk(chunkCookieEcho, 0, 1, 2, 3)
	cookieAck       = chunk(11, 0)
	user            = chunk(0, 3, make([]byte, 13)...)
	sack            = chunk(3, 0, make([]byte, 12)...)
	abortion        = chunk(chunkAbort, 0)
	reflected       = chunk(chunkAbort, tBit)
	shutdown        = chunk(chunkShutdown, 0, 0, 0, 0, 0)
	shutdownAck     = chunk(chunkShutdownAck, 0)
	complete        = chunk(chunkShutdownComplete, 0)
	completeT       = chunk(chunkShutdownComplete, tBit)
)

// sctpStep is a packet of an association, and what becomes of it.
type sctpStep struct {
	name   string
	in     netstack.Side // inside: of the originator
	tag    uint32
	chunks []byte
	want   netstack.Reason
	state  string // then
}

func (s *sctpStep) packet() nettest.Packet {
	if s.in == inside {
		return nettest.SCTP("10.1.0.5:5000", "1.1.1.1:3868", nettest.Tag(s.tag), nettest.PayloadBytes(s.chunks))
	}
	return nettest.SCTP("1.1.1.1:3868", "10.1.0.5:5000", nettest.Tag(s.tag), nettest.PayloadBytes(s.chunks))
}

func (r *rig) play(steps ...sctpStep) *rig {
	r.Helper()
	for i, s := range steps {
		if _, reason := r.send(s.in, s.packet()); reason != s.want {
			r.Fatalf("%d %s: %v; want %v", i, s.name, reason, s.want)
		}
		if v := r.only(); v.State != s.state {
			r.Fatalf("%d %s: %s; want %s", i, s.name, v.State, s.state)
		}
	}
	return r
}

func association(t *testing.T) *rig { return newRig(t, Limits{MaxSessions: 10}) }

var (
	toCookieWait  = []sctpStep{{"INIT", inside, 0, initA, none, "cookie-wait"}}
	toTold        = append(toCookieWait[:1:1], sctpStep{"INIT-ACK", outside, tagA, initAckB, none, "cookie-wait"})
	toEchoed      = append(toTold[:2:2], sctpStep{"COOKIE-ECHO", inside, tagB, cookie, none, "cookie-echoed"})
	toEstablished = append(toEchoed[:3:3], sctpStep{"COOKIE-ACK", outside, tagA, cookieAck, none, "established"})
)

func TestSCTPAssociation(t *testing.T) {
	r := association(t).play(toEstablished...)
	if v := r.only(); v.TimeoutTotal != 2*time.Hour+4*time.Minute {
		t.Errorf("%+v", v)
	}
	r.play(
		sctpStep{"data", inside, tagB, user, none, "established"},
		sctpStep{"its SACK, and data", outside, tagA, append(sack[:len(sack):len(sack)], user...), none, "established"},
		sctpStep{"SHUTDOWN", inside, tagB, shutdown, none, "closing"},
		sctpStep{"data under way", outside, tagA, user, none, "closing"},
		sctpStep{"SHUTDOWN-ACK", outside, tagA, shutdownAck, none, "closing"},
		sctpStep{"SHUTDOWN-COMPLETE", inside, tagB, complete, none, "closed"},
		sctpStep{"straggler", inside, tagB, sack, none, "closed"},
		sctpStep{"old cookie", inside, tagB, cookie, netstack.Handshake, "closed"},
	)
	first := r.only().ID
	r.play(sctpStep{"a new INIT", inside, 0, telling(chunkInit, 9), none, "cookie-wait"})
	if r.only().ID == first {
		t.Error("the closed association lives on")
	}
}

// An association that ended before it had tags has none that 0 would match.
func TestSCTPAfterAnEarlyAbort(t *testing.T) {
	association(t).play(append(toCookieWait[:1:1],
		sctpStep{"ABORT", outside, tagA, abortion, none, "reset"},
		sctpStep{"data without a tag", outside, 0, user, netstack.NoSession, "reset"})...)
}

// An ICMP error must quote a tag that is in use.
func TestSCTPErrors(t *testing.T) {
	errorAbout := func(tag uint32) nettest.Packet {
		s := sctpStep{in: inside, tag: tag, chunks: user}
		return nettest.Unreachable("198.51.100.1", "10.1.0.5", 3, s.packet())
	}
	r := association(t).play(toCookieWait...)
	r.passes(outside, errorAbout(0))
	r.refused(outside, errorAbout(tagB), netstack.ICMPUnrelated)
	r = association(t).play(toEstablished...)
	r.passes(outside, errorAbout(tagB))
	r.refused(outside, errorAbout(0), netstack.ICMPUnrelated)
	r.refused(outside, errorAbout(tagA), netstack.ICMPUnrelated)
}

// What may come when, grouped by state.
func TestSCTPStates(t *testing.T) {
	const no, hand, rst = netstack.NoSession, netstack.Handshake, netstack.RSTInvalid
	for name, group := range map[string]struct {
		way   []sctpStep
		cases []sctpStep
	}{
		"cookie-wait": {toCookieWait, []sctpStep{
			{"INIT again", inside, 0, initA, none, "cookie-wait"},
			{"INIT with another tag", inside, 0, telling(chunkInit, 77), none, "cookie-wait"},
			{"INIT with a tag", inside, 5, initA, hand, "cookie-wait"},
			{"INIT with company", inside, 0, append(initA[:20:20], user...), hand, "cookie-wait"},
			{"INIT that crosses", outside, 0, telling(chunkInit, tagB), none, "cookie-wait"},
			{"INIT-ACK with another tag", outside, tagA + 1, initAckB, hand, "cookie-wait"},
			{"INIT-ACK of the originator", inside, tagA, initAckB, hand, "cookie-wait"},
			{"INIT-ACK with no tag to tell", outside, tagA, telling(chunkInitAck, 0), hand, "cookie-wait"},
			{"cookie before it is baked", inside, tagB, cookie, hand, "cookie-wait"},
			{"INIT-ACK with company", outside, tagA, append(initAckB[:20:20], user...), hand, "cookie-wait"},
			{"cookie the other way", outside, tagA, cookie, hand, "cookie-wait"},
			{"cookie without a tag", inside, 0, cookie, hand, "cookie-wait"},
			{"data", inside, tagB, user, hand, "cookie-wait"},
			{"data back", outside, tagA, user, hand, "cookie-wait"},
			{"ABORT", outside, tagA, abortion, none, "reset"},
			{"ABORT with another tag", outside, tagA + 1, abortion, rst, "cookie-wait"},
			{"ABORT without a tag", outside, 0, abortion, rst, "cookie-wait"},
		}},
		"told": {toTold, []sctpStep{
			{"INIT-ACK again", outside, tagA, initAckB, none, "cookie-wait"},
			{"cookie with another tag", inside, tagB + 1, cookie, hand, "cookie-wait"},
			{"cookie and data", inside, tagB, append(cookie[:8:8], user...), none, "cookie-echoed"},
			{"cookie the other way", outside, tagB, cookie, hand, "cookie-wait"},
			{"ABORT of the originator", inside, tagB, abortion, none, "reset"},
		}},
		"cookie-echoed": {toEchoed, []sctpStep{
			{"cookie again", inside, tagB, cookie, none, "cookie-echoed"},
			{"COOKIE-ACK with another tag", outside, tagB, cookieAck, no, "cookie-echoed"},
			{"data, the COOKIE-ACK lost", outside, tagA, user, none, "established"},
			{"ABORT", outside, tagA, abortion, none, "reset"},
			{"ABORT that reflects the cookie's tag", outside, tagB, reflected, none, "reset"},
		}},
		"established": {toEstablished, []sctpStep{
			{"data with another tag", outside, tagA + 1, user, no, "established"},
			{"data with the other's tag", outside, tagB, user, no, "established"},
			{"data without a tag", outside, 0, user, no, "established"},
			{"SHUTDOWN with another tag", outside, tagA + 1, shutdown, no, "established"},
			{"ABORT with another tag", outside, tagA + 1, abortion, rst, "established"},
			{"ABORT without a tag", outside, 0, reflected, rst, "established"},
			{"ABORT with the other's tag", outside, tagB, abortion, rst, "established"},
			{"ABORT", outside, tagA, abortion, none, "reset"},
			{"ABORT that reflects", outside, tagB, reflected, none, "reset"},
			{"COMPLETE that reflects", outside, tagB, completeT, none, "closed"},
			{"COMPLETE that says it does not", outside, tagB, complete, no, "established"},
			{"INIT of the other end", outside, 0, initA, hand, "established"},
			{"INIT of an end that started anew", inside, 0, telling(chunkInit, 77), none, "established"},
			{"no chunk", inside, tagB, nil, netstack.BadHeader, "established"},
			{"a chunk too short", inside, tagB, []byte{0, 0, 0, 3}, netstack.BadHeader, "established"},
			{"a chunk cut off", inside, tagB, []byte{0, 0, 0, 8, 0}, netstack.BadHeader, "established"},
			{"an INIT cut off", inside, 0, chunk(chunkInit, 0, 1, 2), netstack.BadHeader, "established"},
			{"without its padding", inside, tagB, []byte{0, 0, 0, 5, 1}, none, "established"},
			{"a chunk of a later RFC", inside, tagB, chunk(0xc0, 0), none, "established"},
		}},
	} {
		for _, c := range group.cases {
			t.Run(name+"/"+c.name, func(t *testing.T) { association(t).play(append(group.way[:len(group.way):len(group.way)], c)...) })
		}
	}
}

// An end that has crashed opens the association anew with new tags. Blind, that
// goes no further than the INIT.
func TestSCTPRestart(t *testing.T) {
	r := association(t).play(toEstablished...)
	r.play(
		sctpStep{"a forged INIT", inside, 0, telling(chunkInit, 66), none, "established"},
		sctpStep{"a guessed cookie", inside, 67, cookie, netstack.Handshake, "established"},
		sctpStep{"data as before", inside, tagB, user, none, "established"},
		sctpStep{"ABORT of the attempt", outside, 66, abortion, none, "established"},
		sctpStep{"the true INIT", inside, 0, telling(chunkInit, 71), none, "established"},
		sctpStep{"INIT-ACK", outside, 71, telling(chunkInitAck, 72), none, "established"},
		sctpStep{"data of before still", outside, tagA, user, none, "established"},
		sctpStep{"cookie", inside, 72, cookie, none, "established"},
		sctpStep{"COOKIE-ACK", outside, 71, cookieAck, none, "established"},
		sctpStep{"data", inside, 72, user, none, "established"},
		sctpStep{"data of before", inside, tagB, user, netstack.NoSession, "established"},
	)
}

// An INIT repeated may be answered by two INIT-ACKs with different tags, of
// which the originator takes either.
func TestSCTPTwoAnswers(t *testing.T) {
	for _, taken := range []uint32{tagB, 99} {
		association(t).play(append(toTold[:2:2],
			sctpStep{"INIT again", inside, 0, initA, none, "cookie-wait"},
			sctpStep{"another INIT-ACK", outside, tagA, telling(chunkInitAck, 99), none, "cookie-wait"},
			sctpStep{"cookie", inside, taken, cookie, none, "cookie-echoed"},
			sctpStep{"COOKIE-ACK", outside, tagA, cookieAck, none, "established"},
			sctpStep{"data", inside, taken, user, none, "established"})...)
	}
}

// Both ends open at once (RFC 9260 5.2.1, RFC 6092 REC-38).
func Test6092REC38SCTPSimultaneousOpen(t *testing.T) {
	association(t).play(append(toCookieWait[:1:1],
		sctpStep{"INIT", outside, 0, telling(chunkInit, tagB), none, "cookie-wait"},
		sctpStep{"INIT-ACK", inside, tagB, telling(chunkInitAck, tagA), none, "cookie-wait"},
		sctpStep{"INIT-ACK", outside, tagA, initAckB, none, "cookie-wait"},
		sctpStep{"cookie", inside, tagB, cookie, none, "cookie-echoed"},
		sctpStep{"cookie", outside, tagA, cookie, none, "cookie-echoed"},
		sctpStep{"COOKIE-ACK", outside, tagA, cookieAck, none, "established"},
		sctpStep{"COOKIE-ACK", inside, tagB, cookieAck, none, "established"})...)
}

func TestSCTPOnlyAnInitOpens(t *testing.T) {
	r := association(t)
	for name, c := range map[string]struct {
		tag    uint32
		chunks []byte
		want   netstack.Reason
	}{
		"data": {tagB, user, netstack.NoSession}, "cookie": {tagB, cookie, netstack.NoSession},
		"ABORT": {tagB, abortion, netstack.NoSession}, "INIT with a tag": {1, initA, netstack.NoSession},
		"INIT that tells none": {0, telling(chunkInit, 0), netstack.NoSession},
		"INIT with company":    {0, append(initA[:20:20], user...), netstack.NoSession},
		"nothing":              {0, nil, netstack.BadHeader},
		"half an INIT":         {0, initA[:12], netstack.BadHeader},
	} {
		t.Run(name, func(t *testing.T) {
			s := sctpStep{in: inside, tag: c.tag, chunks: c.chunks}
			r.TB = t
			r.refused(inside, s.packet(), c.want)
		})
	}
	r.TB = t
	s := toCookieWait[0]
	s.in = outside
	r.refused(outside, s.packet(), netstack.Policy)
}
