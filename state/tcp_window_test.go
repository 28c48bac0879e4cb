package state

import (
	"testing"

	"sallyport/netstack/nettest"
)

// scale is the window scale option.
func scale(n byte) nettest.Option { return nettest.TCPOptions(1, 3, 3, n) }

// peers returns what the tracker knows of both ends.
func (v *talk) peers() [2]peer {
	return v.sessions.at(ref(v.only().ID % uint64(v.sessions.max+1))).peer
}

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

// Blind segments pass for now, but do not move the window that RSTs and the
// handshake are measured by.
func TestTCPImpossibleNumbersTeachNothing(t *testing.T) {
	for name, blind := range map[string]segmentSpec{
		"data beyond the window":   fromServer("PA", 900, 1, data(1000)),
		"data from nowhere":        fromServer("PA", 1<<30, 1, data(10)),
		"FIN from nowhere":         fromServer("FA", 1<<30, 1),
		"ACK of what was not sent": fromServer("A", 1, 1<<30),
	} {
		for _, start := range starts {
			v := newTalk(t, start, establishedWay)
			before := v.peers()
			v.passes(blind.build(v))
			if after := v.peers(); after != before || v.only().State != "established" {
				t.Errorf("%s from %#x: %s\nfrom %+v\nto   %+v", name, start, v.only().State, before, after)
			}
		}
	}
	v := newTalk(t, starts[0], append(establishedWay[:3:3], fromServer("A", 1, 1), fromServer("A", 1001, 1, data(1))))
	if p := v.peers()[Reply]; p.seqLo != starts[0][1]+1002 {
		t.Errorf("a window probe teaches nothing: %+v", p)
	}
}
