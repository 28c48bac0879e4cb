package state

import (
	"bytes"
	"encoding/binary"
	"testing"
	"time"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

// afterCrash goes on with the conversation in another table, which knows it from
// a snapshot that was not the last, taken now. The ends have said more since:
// their numbers in what follows are relative to where they are.
func (v *talk) afterCrash(clientSent, serverSent uint32) *talk {
	v.Helper()
	var file bytes.Buffer
	if _, err := v.Save(&file, Moment{v.now, noon}, false, numbered); err != nil {
		v.Fatal(err)
	}
	r, _ := restored(v.TB, file.Bytes(), 100, 5*time.Second, everything)
	r.policy = func(*netstack.Packet) (Admission, bool) { return Admission{}, false }
	return &talk{r, v.client + clientSent, v.server + serverSent}
}

// utterance is one segment after a crash, and what the session is then.
type utterance struct {
	says  segmentSpec
	want  netstack.Reason
	state string
}

func pass(says segmentSpec, state string) utterance {
	return utterance{says, netstack.ReasonNone, state}
}

// utter sends the words one after the other.
func (v *talk) utter(name string, words []utterance) {
	v.Helper()
	for i, w := range words {
		in, p := w.says.build(v)
		v.refused(in, p, w.want)
		if got := v.only().State; got != w.state {
			v.Fatalf("%s, word %d: %s, want %s", name, i+1, got, w.state)
		}
	}
}

// TestS04ResumedConversation goes on with conversations that have moved on since
// the snapshot, by more than any window.
func TestS04ResumedConversation(t *testing.T) {
	for name, words := range map[string][]utterance{
		"the client sends": {
			pass(fromClient("PA", 1, 1, data(100)), "resumed"),
			pass(fromServer("A", 1, 101), "established"),
			pass(fromClient("A", 101, 1), "established"),
		},
		"the server sends": {
			pass(fromServer("PA", 1, 1, data(100)), "resumed"),
			pass(fromClient("A", 1, 101), "established"),
			pass(fromServer("PA", 101, 1, data(100)), "established"),
		},
		"what has arrived is sent again": { // its acknowledgement was lost with the firewall
			pass(fromServer("A", 1, 1, data(100)), "resumed"),
			pass(fromServer("A", 1, 1, data(100)), "resumed"),
			pass(fromClient("A", 1, 901), "established"),
			pass(fromServer("A", 901, 1, data(100)), "established"),
		},
		"both send at once": {
			pass(fromServer("PA", 1, 1, data(100)), "resumed"),
			pass(fromClient("PA", 1, 1, data(100)), "established"),
			pass(fromServer("A", 101, 101), "established"),
		},
		"a keep-alive": {
			pass(fromClient("A", 0, 1), "resumed"),
			pass(fromServer("A", 1, 1), "established"),
		},
		"the end": {
			pass(fromClient("A", 1, 1), "resumed"),
			pass(fromServer("FA", 1, 1), "fin-wait"),
			pass(fromClient("FA", 1, 2), "last-ack"),
			pass(fromServer("A", 2, 2), "time-wait"),
		},
		"a RST to what is not known any more": {
			pass(fromClient("PA", 1, 1, data(100)), "resumed"),
			pass(fromServer("R", 1, 0), "reset"),
		},
		"a RST of nobody in particular": {
			pass(fromServer("R", 1, 0), "resumed"),
			pass(fromClient("PA", 1, 1, data(100)), "resumed"),
			pass(fromServer("R", 2, 0), "resumed"),
			pass(fromServer("A", 1, 101), "established"),
		},
		"a stranger in between": {
			pass(fromServer("A", 1<<31, 1<<30, data(100)), "resumed"),
			pass(fromClient("PA", 1, 1, data(100)), "resumed"),
			pass(fromServer("A", 1<<31, 1<<30, data(100)), "resumed"),
			pass(fromServer("FA", 1<<31, 1<<30), "resumed"),
			pass(fromServer("A", 1, 101), "established"),
			{fromServer("A", 1<<31, 101, data(100)), netstack.OutOfWindow, "established"},
		},
		"half an answer is none": {
			pass(fromClient("PA", 1, 1, data(100)), "resumed"),
			pass(fromServer("A", 1, 1<<31), "resumed"),
			pass(fromServer("A", 1<<31, 101), "resumed"),
			pass(fromServer("A", 1, 101), "established"),
		},
		"windows hold again": {
			pass(fromClient("A", 1, 1, data(100)), "resumed"),
			pass(fromServer("A", 1, 101), "established"),
			{fromClient("A", 200_000, 1, data(100)), netstack.OutOfWindow, "established"},
			{fromServer("A", 1, 200_000), netstack.OutOfWindow, "established"},
			{fromServer("R", 200_000, 0), netstack.RSTInvalid, "established"},
		},
		"what is of no conversation": {
			{fromClient("P", 1, 0), netstack.BadFlags, "resumed"},
			{fromClient("S", 1, 0), netstack.Policy, "resumed"},
		},
	} {
		for _, start := range starts {
			for _, sent := range [][2]uint32{{0, 0}, {1 << 20, 1 << 31}, {0xfffffff0, 1 << 30}} {
				v := newTalk(t, start, establishedWay).afterCrash(sent[0], sent[1])
				v.utter(name, words)
			}
		}
	}
}

// TestS04ResumedWithAHole has lost a segment with the firewall, and what came
// after it is acknowledged selectively.
func TestS04ResumedWithAHole(t *testing.T) {
	v := newTalk(t, starts[0], establishedWay).afterCrash(1<<20, 1<<31)
	b := binary.BigEndian.AppendUint32([]byte{1, 1, 5, 10}, v.server+501)
	edge := nettest.TCPOptions(binary.BigEndian.AppendUint32(b, v.server+901)...)
	for _, s := range []segmentSpec{
		fromServer("A", 1, 1, data(100)), fromClient("A", 1, 101, edge), fromServer("A", 101, 1, data(400)), fromClient("A", 1, 901),
	} {
		v.passes(s.build(v))
	}
	if got := v.only().State; got != "established" {
		t.Error(got)
	}
}

// TestS04ResumedTimer wants what nobody has answered to prolong nothing.
func TestS04ResumedTimer(t *testing.T) {
	v := newTalk(t, starts[0], establishedWay).afterCrash(5000, 7000)
	left := v.only().TimeoutLeft
	if want := DefaultTimeouts()[TCPEstablished] - 5*time.Second; left != want {
		t.Errorf("%v left, want %v", left, want)
	}
	v.after(time.Minute).passes(fromServer("A", 1, 1, data(10)).build(v))
	if got := v.only().TimeoutLeft; got != left-time.Minute {
		t.Errorf("%v left after a word, want %v", got, left-time.Minute)
	}
	v.passes(fromClient("A", 1, 11).build(v))
	if got := v.only().TimeoutLeft; got != DefaultTimeouts()[TCPEstablished] {
		t.Errorf("%v left after its answer", got)
	}
}

// TestS04ResumedPhases wants only conversations to be resumed: what was begun or
// over at the snapshot is as it was, and a FIN before it is not forgotten.
func TestS04ResumedPhases(t *testing.T) {
	for name, c := range map[string]struct {
		way   []segmentSpec
		state string
		words []utterance
	}{
		"begun":    {synSentWay, "syn-sent", nil},
		"answered": {synReceivedWay, "syn-received", nil},
		"over":     {timeWaitWay, "time-wait", nil},
		"reset":    {resetWay, "reset", nil},
		"a FIN":    {finWaitWay, "resumed", []utterance{pass(fromServer("A", 1, 1), "resumed"), pass(fromClient("A", 2, 1), "fin-wait")}},
		"half closed": {closeWaitWay, "resumed", []utterance{
			pass(fromServer("PA", 1, 2, data(10)), "resumed"), pass(fromClient("A", 2, 11), "close-wait"),
		}},
		"both FINs": {closingWay, "resumed", []utterance{pass(fromServer("A", 2, 1), "resumed"), pass(fromClient("A", 2, 1), "closing")}},
		"one acknowledged": {lastAckWay, "resumed", []utterance{
			pass(fromServer("A", 2, 2), "resumed"), pass(fromClient("A", 2, 1), "last-ack"), pass(fromClient("A", 2, 2), "time-wait"),
		}},
		"the other's comes again": {lastAckWay, "resumed", []utterance{
			pass(fromServer("FA", 1, 2), "resumed"), pass(fromClient("A", 2, 2), "time-wait"),
		}},
		"closed meanwhile": {establishedWay, "resumed", []utterance{
			pass(fromClient("FA", 1, 1), "resumed"), pass(fromServer("A", 1, 2), "close-wait"), pass(fromServer("FA", 1, 2), "last-ack"),
		}},
		"a stranger's FIN is not believed": {establishedWay, "resumed", []utterance{
			pass(fromClient("FA", 1<<31, 1), "resumed"), pass(fromClient("A", 1, 1), "resumed"), pass(fromServer("A", 1, 1), "established"),
		}},
	} {
		v := newTalk(t, starts[0], c.way).afterCrash(0, 0)
		if got := v.only().State; got != c.state {
			t.Errorf("%s: %s, want %s", name, got, c.state)
		}
		v.utter(name, c.words)
	}
}

// TestS04FW1IsNotResumed: it never knew any sequence number.
func TestS04FW1IsNotResumed(t *testing.T) {
	r := newRig(t, Limits{MaxSessions: 10})
	id, err := r.Intern(Terms{FW1, FW1.Timeouts()})
	if err != nil {
		t.Fatal(err)
	}
	r.policy = func(*netstack.Packet) (Admission, bool) { return Admission{Out: outside, Terms: id}, true }
	r.passes(inside, nettest.TCP("10.1.0.5:40000", "1.1.1.1:443", nettest.Flags("S")))
	r.passes(outside, nettest.TCP("1.1.1.1:443", "10.1.0.5:40000", nettest.Flags("SA")))
	var file bytes.Buffer
	if _, err := r.Save(&file, Moment{r.now, noon}, false, numbered); err != nil {
		t.Fatal(err)
	}
	known := everything
	known.Fits = func(uint32, *netstack.FlowKey, *netstack.FlowKey, Flags) (TermsID, bool) { return id, true }
	table := NewTable(Limits{MaxSessions: 16}, DefaultTimeouts(), Seed{})
	if _, err := table.Intern(Terms{FW1, FW1.Timeouts()}); err != nil {
		t.Fatal(err)
	}
	if _, err := restoreInto(table, file.Bytes(), known); err != nil {
		t.Fatal(err)
	}
	table.Sessions(0, 0, 16, func(v View) {
		if v.State != "established" {
			t.Errorf("%s", v.State)
		}
	})
}
