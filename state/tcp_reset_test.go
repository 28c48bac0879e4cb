package state

import (
	"testing"
	"time"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

// invalid is a RST refused for this condition.
func invalid(c Condition) ruling { return ruling{netstack.RSTInvalid, c, 0} }

func TestS14RSTByRFC5961(t *testing.T) {
	judge(t, establishedWay, []tcpCase{
		{"exact, from the client", fromClient("RA", 1, 1), belongs, "reset"},
		{"exact, from the server", fromServer("R", 1, 0), belongs, "reset"},
		{"one further", fromServer("R", 2, 0), doubted, "established"},
		{"at the window's end", fromServer("R", 1001, 0), doubted, "established"},
		{"beyond the window", fromServer("R", 1003, 0), invalid(BeyondWindow), "established"},
		{"from the other half of the numbers", fromServer("R", 0x70000000, 0), invalid(BeyondWindow), "established"},
		{"an old one", fromServer("R", 0, 0), idle, "established"},
		{"too old", fromServer("R", 0xfffe0000, 0), invalid(BeforeWindow), "established"},
	})
}

// The sender has sent more than the receiver has acknowledged: either may be
// what the receiver expects next.
func TestS14RSTAfterDataUnderWay(t *testing.T) {
	way := append(establishedWay[:3:3], fromServer("PA", 1, 1, data(400)), fromServer("PA", 401, 1, data(100)))
	judge(t, way, []tcpCase{
		{"the data was lost", fromServer("R", 1, 0), belongs, "reset"},
		{"it has arrived", fromServer("R", 501, 0), belongs, "reset"},
		{"half of it has arrived", fromServer("R", 401, 0), doubted, "established"},
		{"it overtakes more data", fromServer("R", 700, 0), doubted, "established"},
	})
}

// A closed endpoint answers late data with RSTs that have the sequence number
// that the data acknowledges (RFC 9293 3.5.2), while the peer has acknowledged
// more by now.
func TestS14RSTsThatAnswerLateData(t *testing.T) {
	way := append(establishedWay[:3:3],
		fromServer("PA", 1, 1, data(800)),
		fromClient("PA", 1, 1, data(100)), fromClient("PA", 101, 500, data(100)), fromClient("PA", 201, 801, data(100)),
	)
	judge(t, way, []tcpCase{
		{"to the first", fromServer("R", 1, 0), idle, "established"},
		{"to the second", fromServer("R", 500, 0), idle, "established"},
		{"to the last", fromServer("R", 801, 0), belongs, "reset"},
	})
}

// What is heard after a RST that was not exact, from either end, takes the
// doubt away.
func TestS14AnUnverifiedRSTIsRevertedByTraffic(t *testing.T) {
	for name, next := range map[string]segmentSpec{
		"challenge ACK":    fromClient("A", 1, 1),
		"data of the peer": fromServer("PA", 1, 1, data(10)),
	} {
		v := newTalk(t, starts[0], establishedWay)
		v.after(time.Hour).passes(fromServer("R", 100, 0).build(v))
		v.SetTimeouts(func(o Timeouts) Timeouts { o[TCPUnverifiedReset] = time.Minute; return o }(DefaultTimeouts()))
		v.after(time.Minute).passes(fromServer("R", 100, 0).build(v)) // again: the time runs on
		if w := v.only(); w.Timer != TCPUnverifiedReset || w.TimeoutLeft != 3*time.Minute {
			t.Errorf("%s: %v, %v left", name, w.Timer, w.TimeoutLeft)
		}
		v.after(3*time.Minute - 1).passes(next.build(v))
		if w := v.only(); w.Timer != TCPEstablished || w.TimeoutLeft != w.TimeoutTotal || w.State != "established" {
			t.Errorf("%s: %+v", name, w)
		}
	}
	v := newTalk(t, starts[0], establishedWay)
	v.passes(fromServer("R", 100, 0).build(v))
	v.refuses(fromServer("A", 5000, 1), netstack.OutOfWindow)
	v.after(4 * time.Minute)
	if n := len(v.list()); n != 0 {
		t.Error("an unverified RST that nobody contradicts ends nothing")
	}
}

// A session that was to end sooner is not prolonged by a doubtful RST.
func TestS14AnUnverifiedRSTProlongsNothing(t *testing.T) {
	v := newTalk(t, starts[0], synReceivedWay)
	v.after(20 * time.Second).passes(fromServer("R", 100, 0).build(v))
	if w := v.only(); w.TimeoutLeft != 10*time.Second || w.Timer != TCPUnverifiedReset {
		t.Errorf("%v left", w.TimeoutLeft)
	}
}

func TestS14RSTAtTheEdgeOfALargeWindow(t *testing.T) {
	v := newTalk(t, starts[1], []segmentSpec{
		fromClient("S", 0, 0, scale(14), nettest.Window(0xffff)),
		fromServer("SA", 0, 1, scale(14), nettest.Window(0xffff)),
		fromClient("A", 1, 1, nettest.Window(0xffff)),
	})
	v.refuses(fromServer("R", 3+0xffff<<14, 0), netstack.RSTInvalid)
	v.passes(fromServer("R", 2+0xffff<<14, 0).build(v))
	const oldest = 1<<32 + 1 - maxBack
	v.refuses(fromServer("R", oldest-1, 0), netstack.RSTInvalid)
	v.passes(fromServer("R", oldest, 0).build(v))
}
