package state

import (
	"encoding/binary"
	"testing"
	"time"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

// scale is the window scale option.
func scale(n byte) nettest.Option { return nettest.TCPOptions(1, 3, 3, n) }

func TestTCPLearnsWindows(t *testing.T) {
	for _, start := range starts {
		v := newTalk(t, start, []segmentSpec{
			fromClient("S", 0, 0, scale(7), nettest.Window(64000)),
			fromServer("SA", 0, 1, scale(2), nettest.Window(32000)),
			fromClient("A", 1, 1, nettest.Window(500)),
			fromClient("PA", 1, 1, nettest.Window(500), data(100)),
			fromServer("A", 1, 101, nettest.Window(9000)),
			fromServer("A", 1, 101, nettest.Window(8000)), // smaller: the edge stays
		})
		c, s := start[0], start[1]
		want := [2]peer{
			{seqLo: c + 101, seqHi: c + 101 + 9000<<2, ack: s + 1, maxWin: 64000, scale: 7},
			{seqLo: s + 1, seqHi: s + 1 + 64000, ack: c + 101, maxWin: 9000 << 2, scale: 2},
		}
		if got := v.peers(); got != want {
			t.Errorf("from %#x:\ngot  %+v\nwant %+v", start, got, want)
		}
	}
}

func TestTCPScalesOnlyIfBothAsk(t *testing.T) {
	v := newTalk(t, starts[0], []segmentSpec{
		fromClient("S", 0, 0, scale(7)),
		fromServer("SA", 0, 1, nettest.Window(100)),
		fromClient("A", 1, 1, nettest.Window(500)),
	})
	if p := v.peers(); p[Original].maxWin != 1000 || p[Reply].seqHi != starts[0][1]+1+1000 {
		t.Errorf("%+v", p)
	}
}

func TestWindowScaleOption(t *testing.T) {
	for name, c := range map[string]struct {
		options []byte
		want    uint8
	}{
		"none":                  {nil, noScale},
		"alone":                 {[]byte{3, 3, 7, 0}, 7},
		"after others":          {[]byte{2, 4, 5, 180, 4, 2, 1, 3, 3, 9}, 9},
		"more than 14 means 14": {[]byte{3, 3, 200}, 14},
		"after the end":         {[]byte{0, 3, 3, 7}, noScale},
		"length 0":              {[]byte{8, 0, 3, 3, 7}, noScale},
		"cut off":               {[]byte{3, 3}, noScale},
		"no length":             {[]byte{1, 1, 1, 3}, noScale},
		"wrong length":          {[]byte{3, 4, 7, 7}, noScale},
	} {
		if got := windowScale(c.options); got != c.want {
			t.Errorf("%s: %d; want %d", name, got, c.want)
		}
	}
}

func TestTCPSuperPacketCountsAllItsSegments(t *testing.T) {
	v := newTalk(t, starts[0], []segmentSpec{
		fromClient("S", 0, 0), fromServer("SA", 0, 1, nettest.Window(3000)), fromClient("A", 1, 1),
	})
	before := v.only()
	v.passes(fromClient("PA", 1, 1, data(2500), nettest.GSO(1000)).build(v))
	after := v.only()
	if after.Packets[Original]-before.Packets[Original] != 3 || after.Bytes[Original]-before.Bytes[Original] != 2500+3*40 {
		t.Errorf("from %+v\nto   %+v", before, after)
	}
	if end := v.peers()[Original].seqLo; end != starts[0][0]+2501 {
		t.Errorf("ends at %d", end)
	}
}

// beyond, behind, tooMuch and tooLittle are refusals for each condition.
var (
	beyond    = outOfWindow(BeyondWindow)
	behind    = outOfWindow(BeforeWindow)
	tooMuch   = outOfWindow(AcksTooMuch)
	tooLittle = outOfWindow(AcksTooLittle)
)

func TestS09SequenceWindow(t *testing.T) {
	judge(t, establishedWay, []tcpCase{
		{"to the last byte of the window", fromServer("PA", 1, 1, data(1000)), belongs, "established"},
		{"the last byte alone", fromServer("PA", 1000, 1, data(1)), belongs, "established"},
		{"a FIN after it", fromServer("FA", 1001, 1), belongs, "fin-wait"},
		{"a FIN after a probe", fromServer("FA", 1002, 1), belongs, "fin-wait"},
		{"a probe of the byte after it", fromServer("A", 1001, 1, data(1)), belongs, "established"},
		{"two bytes more than the window", fromServer("PA", 1, 1, data(1002)), beyond, "established"},
		{"data beyond", fromServer("PA", 1002, 1, data(1)), beyond, "established"},
		{"ACK beyond", fromServer("A", 1003, 1), beyond, "established"},
		{"FIN with data beyond", fromServer("FA", 1002, 1, data(1)), beyond, "established"},
		{"FIN beyond", fromServer("FA", 1003, 1), beyond, "established"},
		{"data from the other half of the numbers", fromServer("PA", 0x7fffffff, 1, data(10)), beyond, "established"},
		{"its end would wrap to the right half", fromServer("PA", 0x80000000, 1, data(1100)), beyond, "established"},

		{"keep-alive", fromServer("A", 0, 1), belongs, "established"},
		{"keep-alive with a byte", fromServer("A", 0, 1, data(1)), belongs, "established"},
		{"an ACK from a window ago", fromServer("A", ago(minBack), 1), belongs, "established"},
		{"from longer ago", fromServer("A", ago(minBack+1), 1), behind, "established"},
		{"data from longer ago", fromServer("PA", ago(minBack+1), 1, data(10)), behind, "established"},
		{"FIN from nowhere", fromServer("FA", 1<<30, 1), beyond, "established"},

		{"ACK of what was not sent", fromServer("A", 1, 2), tooMuch, "established"},
		{"ACK of a byte that was", fromServer("A", 1, 1), belongs, "established"},
		{"ACK of the other half of the numbers", fromServer("A", 1, 0x70000000), tooMuch, "established"},
		{"an old ACK", fromServer("A", 1, ago(minBack)), belongs, "established"},
		{"too old an ACK", fromServer("A", 1, ago(minBack+1)), tooLittle, "established"},
	})
}

// ago is the sequence number n before an end's first byte.
func ago(n uint32) uint32 { return 1 - n }

// What is a window's end with scaling, from both SYNs.
func TestS09ScaledWindow(t *testing.T) {
	scaled := []segmentSpec{
		fromClient("S", 0, 0, scale(7), nettest.Window(1000)),
		fromServer("SA", 0, 1, scale(2), nettest.Window(1000)),
		fromClient("A", 1, 1, nettest.Window(1000)),
	}
	judge(t, scaled, []tcpCase{
		{"the scaled window's last byte", fromServer("PA", 128000, 1, data(1)), belongs, "established"},
		{"and no further", fromServer("PA", 128002, 1, data(1)), beyond, "established"},
		{"the server's SYN was not scaled", fromClient("PA", 1000, 1, data(1)), belongs, "established"},
		{"nor is its window", fromClient("PA", 1002, 1, data(1)), beyond, "established"},
		{"old by twice the window", fromServer("A", ago(2*128000), 1), belongs, "established"},
		{"older", fromServer("A", ago(2*128000+1), 1), behind, "established"},
		{"old ACK", fromClient("A", 1, ago(2*128000)), belongs, "established"},
		{"older ACK", fromClient("A", 1, ago(2*128000+1)), tooLittle, "established"},
	})
	judge(t, append(scaled, fromServer("A", 1, 1, nettest.Window(1000))), []tcpCase{
		{"from now on it is", fromClient("PA", 4000, 1, data(1)), belongs, "established"},
		{"and no further", fromClient("PA", 4002, 1, data(1)), beyond, "established"},
	})
}

// Segments that were lost behind the firewall come again; those lost before it
// leave a hole.
func TestS09LossOnEitherSide(t *testing.T) {
	sent := append(establishedWay[:3:3], fromClient("PA", 1, 1, data(400)), fromClient("PA", 401, 1, data(400)))
	judge(t, append(sent, fromServer("A", 1, 401)), []tcpCase{
		{"sent again, acknowledged or not", fromClient("PA", 1, 1, data(800)), belongs, "established"},
		{"the same ACK again", fromServer("A", 1, 401), belongs, "established"},
		{"an ACK that was overtaken", fromServer("A", 1, 1), belongs, "established"},
		{"ACK of all", fromServer("A", 1, 801), belongs, "established"},
		{"the rest of the window", fromClient("PA", 801, 1, data(600)), belongs, "established"},
		{"more", fromClient("PA", 801, 1, data(602)), beyond, "established"},
	})
	judge(t, append(establishedWay[:3:3], fromClient("PA", 501, 1, data(400))), []tcpCase{
		{"what was lost before the firewall", fromClient("PA", 1, 1, data(500)), belongs, "established"},
		{"ACK before the hole", fromServer("A", 1, 1), belongs, "established"},
		{"RST in the hole", fromClient("R", 200, 0), doubted, "established"},
	})
}

func TestS09ZeroAndShrinkingWindows(t *testing.T) {
	closed := append(establishedWay[:3:3], fromClient("PA", 1, 1, data(1000)), fromServer("A", 1, 1001, nettest.Window(0)))
	judge(t, closed, []tcpCase{
		{"probe with a byte", fromClient("A", 1001, 1, data(1)), belongs, "established"},
		{"probe without", fromClient("A", 1000, 1), belongs, "established"},
		{"FIN", fromClient("FA", 1001, 1), belongs, "fin-wait"},
		{"data", fromClient("PA", 1001, 1, data(2)), beyond, "established"},
		{"the window opens", fromServer("A", 1, 1001, nettest.Window(500)), belongs, "established"},
	})
	shrunk := append(establishedWay[:3:3], fromServer("A", 1, 1, nettest.Window(10)))
	judge(t, shrunk, []tcpCase{
		{"what was on its way", fromClient("PA", 1, 1, data(1000)), belongs, "established"},
	})
}

// The highest SACK edge counts as the acknowledgement.
func TestS09SelectiveAcknowledgements(t *testing.T) {
	for _, start := range starts {
		edge := func(from, to uint32) nettest.Option {
			b := binary.BigEndian.AppendUint32([]byte{1, 1, 5, 10}, start[1]+from)
			return nettest.TCPOptions(binary.BigEndian.AppendUint32(b, start[1]+to)...)
		}
		way := append(establishedWay[:3:3], fromServer("PA", 1, 1, data(400)), fromServer("PA", 401, 1, data(500)))
		v := newTalk(t, start, way)
		v.passes(fromClient("A", 1, 1, edge(401, 901)).build(v))
		v.passes(fromClient("A", 1, ago(minBack+100), edge(401, 901)).build(v))
		if m := v.refuses(fromClient("A", 1, 1, edge(401, 902)), netstack.OutOfWindow); m.Condition != AcksTooMuch {
			t.Errorf("from %#x: %v", start, m.Condition)
		}
		v.passes(fromClient("A", 1, 901, edge(401, 601)).build(v)) // RFC 2883
	}
}

func TestSACKEdge(t *testing.T) {
	for name, c := range map[string]struct {
		options []byte
		want    uint32
	}{
		"none":           {nil, 1000},
		"timestamps":     {[]byte{1, 1, 8, 10, 0, 0, 255, 255, 0, 0, 255, 255}, 1000},
		"one block":      {[]byte{1, 1, 5, 10, 0, 0, 8, 0, 0, 0, 9, 0}, 0x900},
		"highest second": {[]byte{1, 1, 5, 18, 0, 0, 8, 0, 0, 0, 9, 0, 0, 0, 10, 0, 0, 0, 11, 0}, 0xb00},
		"highest first":  {[]byte{1, 1, 5, 18, 0, 0, 10, 0, 0, 0, 11, 0, 0, 0, 8, 0, 0, 0, 9, 0}, 0xb00},
		"below the ACK":  {[]byte{1, 1, 5, 10, 0, 0, 0, 1, 0, 0, 0, 2}, 1000},
		"cut off":        {[]byte{1, 1, 5, 18, 0, 0, 8, 0, 0, 0, 9, 0}, 1000},
		"half a block":   {[]byte{5, 6, 0, 0, 8, 0}, 1000},
		"no length":      {[]byte{1, 5}, 1000},
	} {
		if got := sackEdge(c.options, 1000); got != c.want {
			t.Errorf("%s: %#x; want %#x", name, got, c.want)
		}
	}
}

// A refused packet changes nothing and keeps nothing alive.
func TestS09RefusedPacketsDoNotRefresh(t *testing.T) {
	v := newTalk(t, starts[0], establishedWay)
	v.after(time.Hour)
	for _, s := range []segmentSpec{
		fromServer("R", 100000, 0), fromServer("PA", 100000, 1), fromServer("A", 1, 2), fromServer("SA", 100000, 1), fromServer("P", 1, 1),
	} {
		if in, p := s.build(v); true {
			if _, reason := v.send(in, p); reason == none {
				t.Errorf("%q passes", s.flags)
			}
		}
	}
	if w := v.only(); w.TimeoutLeft != time.Hour+4*time.Minute || w.LastSeen != w.Started {
		t.Errorf("%+v", w)
	}
}
