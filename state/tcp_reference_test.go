package state

import (
	"math"
	"testing"

	"sallyport/netstack"
)

// reference is the tracker from the handshake on, slow and obviously right: it
// keeps every segment that has passed, with numbers that never wrap, and asks
// the four conditions of all of them.
type reference struct {
	said  [2][]saying // by Direction
	scale [2]uint8
}

type saying struct {
	seq, end, ack, win int64
	fin                bool
}

func most(list []saying, of func(*saying) int64) int64 {
	n := int64(math.MinInt64)
	for i := range list {
		n = max(n, of(&list[i]))
	}
	return n
}

func (r *reference) sent(d Direction) int64 {
	return most(r.said[d], func(s *saying) int64 { return s.end })
}
func (r *reference) acked(d Direction) int64 {
	return most(r.said[d], func(s *saying) int64 { return s.ack })
}
func (r *reference) window(d Direction) int64 {
	return most(r.said[d], func(s *saying) int64 { return s.win })
}

// allowed is how far d may send: what the other end has ever promised, and a
// byte to probe with; nothing after a FIN.
func (r *reference) allowed(d Direction) int64 {
	if r.finished(d) {
		return r.sent(d)
	}
	return max(r.sent(d), most(r.said[d.Opposite()], func(s *saying) int64 { return s.ack + s.win })) + 1
}

func (r *reference) finished(d Direction) bool {
	return most(r.said[d], func(s *saying) int64 {
		if s.fin {
			return 1
		}
		return 0
	}) == 1
}

// slack is how old a segment may be whose pace is set by d.
func (r *reference) slack(d Direction) int64 { return max(2*r.window(d), 65535) }

// judges reports whether the reference has an opinion in this phase.
func (r *reference) judges(p phase) bool { return p >= established && p <= reset }

// unwrap is the number that x stands for, near another.
func unwrap(x uint32, near int64) int64 { return near + int64(int32(x-uint32(near))) }

func (f *flight) direction() Direction {
	if f.fromClient {
		return Original
	}
	return Reply
}

// read is what a segment says, in numbers that do not wrap.
func (r *reference) read(f *flight) saying {
	d := f.direction()
	s := saying{seq: unwrap(f.seq, r.sent(d)), ack: unwrap(f.ack, r.sent(d.Opposite())), win: int64(f.win), fin: f.has(fin)}
	if s.end = s.seq + int64(f.len); s.fin {
		s.end++
	}
	if r.scale[0] != noScale && r.scale[1] != noScale {
		s.win <<= r.scale[d]
	}
	return s
}

// check compares what the firewall has made of a segment, from established on.
func (r *reference) check(t testing.TB, f *flight, reason netstack.Reason, c Condition, before, after *session) {
	t.Helper()
	switch d := f.direction(); {
	case f.has(syn), before.waits(d), before.waits(d.Opposite()):
		return // there is more to these than numbers
	case f.has(rst):
		r.checkRST(t, f, reason, after.phase)
		return
	}
	if want := r.fails(f); c != want || reason == netstack.ReasonNone != (want == NoCondition) {
		t.Fatalf("%s: %v, %v; the reference says %v\n%+v", f, reason, c, want, r.read(f))
	}
}

// fails is the condition that a segment does not meet.
func (r *reference) fails(f *flight) Condition {
	d, s := f.direction(), r.read(f)
	highest := s.ack
	for _, b := range f.sacks {
		highest = max(highest, unwrap(b[1], s.ack))
	}
	last := s.end
	if s.fin && !r.finished(d) {
		last--
	}
	switch other := d.Opposite(); {
	case s.seq < r.sent(d)-r.slack(other):
		return BeforeWindow
	case last > r.allowed(d):
		return BeyondWindow
	case highest > r.sent(other):
		return AcksTooMuch
	case highest < r.sent(other)-r.slack(d):
		return AcksTooLittle
	}
	return NoCondition
}

func (r *reference) checkRST(t testing.TB, f *flight, reason netstack.Reason, after phase) {
	d := f.direction()
	seq, expected := unwrap(f.seq, r.sent(d)), r.acked(d.Opposite())
	exact := seq == expected || seq == r.sent(d)
	passes := seq >= expected-r.slack(d.Opposite()) && seq <= r.allowed(d)
	if passes != (reason == netstack.ReasonNone) || exact && !after.over() {
		t.Fatalf("%s: %v, then %s; the reference says exact %v, passes %v", f, reason, phaseWords[after], exact, passes)
	}
}

// learn takes what has passed into account.
func (r *reference) learn(f *flight, reason netstack.Reason, before, after session) {
	if reason != netstack.ReasonNone || f.has(rst) || after.phase == free {
		return
	}
	switch d := f.direction(); {
	case after.phase == synReceived && d == Reply && f.has(synAck) && !f.hostile:
		r.begin(f, after)
	case after.phase >= synReceived && !f.has(syn) && r.fails(f) == NoCondition:
		r.said[d] = append(r.said[d], r.read(f))
	}
}

// begin starts from a SYN-ACK, first or again, with the window that the SYN has
// given.
func (r *reference) begin(f *flight, s session) {
	if n := len(r.said[Reply]); n > 0 && uint32(r.said[Reply][0].seq) == f.seq && uint32(r.said[Original][0].end) == f.ack {
		again := r.said[Reply][0]
		again.win = int64(f.win)
		r.said[Reply] = append(r.said[Reply], again)
		return
	}
	client, server := int64(1)<<40+int64(f.ack), int64(1)<<40+int64(f.seq)
	r.scale = [2]uint8{s.peer[Original].scale, f.scale}
	r.said[Original] = []saying{{end: client, ack: server, win: int64(s.peer[Original].maxWin)}}
	r.said[Original] = append(r.said[Original], saying{end: client, ack: server + 1, win: int64(s.peer[Original].maxWin)})
	r.said[Reply] = []saying{{seq: server, end: server + 1, ack: client, win: int64(f.win)}}
}
