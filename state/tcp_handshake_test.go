package state

import (
	"testing"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

func TestS08TCPSynSent(t *testing.T) {
	handshake := refused(netstack.Handshake)
	judge(t, synSentWay, []tcpCase{
		{"the SYN again", fromClient("S", 0, 0), belongs, "syn-sent"},
		{"SYN-ACK", fromServer("SA", 0, 1), belongs, "syn-received"},
		{"SYN-ACK with ECN", fromServer("SAE", 0, 1), belongs, "syn-received"},
		{"RST that acknowledges", fromServer("RA", 0, 1), belongs, "reset"},
		{"crossing SYN", fromServer("S", 0, 0), idle, "syn-sent"},
		{"SYN-ACK for an older SYN", fromServer("SA", 0, 0), idle, "syn-sent"},
		{"SYN-ACK for another SYN", fromServer("SA", 0, 2), idle, "syn-sent"},
		{"challenge ACK", fromServer("A", 70000, 0xffff0000), idle, "syn-sent"},

		{"SYN-ACK from the client", fromClient("SA", 0, 1), handshake, "syn-sent"},
		{"bare ACK", fromServer("A", 0, 1), handshake, "syn-sent"},
		{"data", fromServer("PA", 1, 1, data(10)), handshake, "syn-sent"},
		{"data of something else", fromServer("PA", 1, 77777, data(10)), handshake, "syn-sent"},
		{"FIN", fromServer("FA", 1, 1), handshake, "syn-sent"},
		{"RST from the client", fromClient("R", 1, 0), refused(netstack.RSTInvalid), "syn-sent"},
		{"RST without ACK", fromServer("R", 0, 0), refused(netstack.RSTInvalid), "syn-sent"},
		{"RST that acknowledges nothing", fromServer("RA", 0, 0), refused(netstack.RSTInvalid), "syn-sent"},
		{"RST that acknowledges too much", fromServer("RA", 0, 2), refused(netstack.RSTInvalid), "syn-sent"},
	})
}

func TestJ12TheSYNACKTookAnotherWay(t *testing.T) {
	asymmetric := refused(netstack.Asymmetric)
	judge(t, synSentWay, []tcpCase{
		{"ACK", fromClient("A", 1, 1), asymmetric, "syn-sent"},
		{"data", fromClient("PA", 1, 1, data(10)), asymmetric, "syn-sent"},
		{"FIN", fromClient("FA", 1, 1), asymmetric, "syn-sent"},
	})
}

// The originator has a conversation with the other end already, and gets a
// SYN-ACK that it has not asked for.
func TestTCPHalfOpenSynReceived(t *testing.T) {
	surprised := append(synReceivedWay[:2:2], fromClient("A", 70000, 80000))
	judge(t, surprised, []tcpCase{
		{"the RST that answers it", fromServer("R", 80000, 0), idle, "syn-received"},
		{"the right ACK", fromClient("A", 1, 1), belongs, "established"},
	})
}

// RFC 9293 figure 10: the other end still has a conversation that the
// originator has lost. Its acknowledgement and the RST that answers it pass.
func TestTCPHalfOpenIsRecovered(t *testing.T) {
	challenge := append(synSentWay[:1:1], fromServer("A", 300, 100))
	judge(t, challenge, []tcpCase{
		{"the RST that answers it", fromClient("R", 100, 0), idle, "syn-sent"},
		{"the SYN again", fromClient("S", 0, 0), belongs, "syn-sent"},
		{"SYN-ACK", fromServer("SA", 0, 1), belongs, "syn-received"},
	})
}

func TestTCPFastOpen(t *testing.T) {
	way := []segmentSpec{fromClient("S", 0, 0, data(500))}
	judge(t, way, []tcpCase{
		{"SYN-ACK for the SYN alone", fromServer("SA", 0, 1), belongs, "syn-received"},
		{"SYN-ACK for all of it", fromServer("SA", 0, 501), belongs, "syn-received"},
		{"SYN-ACK for some of it", fromServer("SA", 0, 200), belongs, "syn-received"},
		{"SYN-ACK for more", fromServer("SA", 0, 502), idle, "syn-sent"},
		{"the SYN again without data", fromClient("S", 0, 0), belongs, "syn-sent"},
	})
	judge(t, append(way, fromServer("SA", 0, 501)), []tcpCase{
		{"the server speaks early", fromServer("PA", 1, 501, data(900)), belongs, "syn-received"},
		{"and not beyond the client's window", fromServer("PA", 1, 501, data(1002)), outOfWindow(BeyondWindow), "syn-received"},
		{"the client confirms", fromClient("A", 501, 1), belongs, "established"},
		{"the SYN again without data", fromClient("S", 0, 0), idle, "syn-received"},
	})
}

// RFC 9293 figure 8, RFC 5382 REQ-2a.
func Test5382REQ2SimultaneousOpen(t *testing.T) {
	handshake := refused(netstack.Handshake)
	judge(t, crossedWay, []tcpCase{
		{"the client's SYN-ACK", fromClient("SA", 0, 1), belongs, "syn-sent2"},
		{"the server's SYN-ACK", fromServer("SA", 0, 1), belongs, "syn-received"},
		{"the client's SYN again", fromClient("S", 0, 0), belongs, "syn-sent"},
		{"the server's SYN again", fromServer("S", 0, 0), idle, "syn-sent"},
		{"the client's SYN-ACK for another", fromClient("SA", 0, 2), handshake, "syn-sent"},
		{"RST", fromServer("RA", 0, 1), belongs, "reset"},
		{"an ACK before the client's SYN-ACK", fromServer("A", 1, 1), handshake, "syn-sent"},
	})
	judge(t, append(crossedWay[:2:2], fromServer("SA", 0, 1)), []tcpCase{
		{"the client's SYN-ACK", fromClient("SA", 0, 1), belongs, "established"},
		{"the client's ACK", fromClient("A", 1, 1), belongs, "established"},
		{"the server's SYN-ACK again", fromServer("SA", 0, 1), belongs, "syn-received"},
		{"the server's SYN again", fromServer("S", 0, 0), idle, "syn-received"},
	})
	judge(t, synSent2Way, []tcpCase{
		{"the server's SYN-ACK", fromServer("SA", 0, 1), belongs, "established"},
		{"the client's SYN-ACK again", fromClient("SA", 0, 1), belongs, "syn-sent2"},
		{"the client's SYN-ACK for more", fromClient("SA", 0, 2), handshake, "syn-sent2"},
		{"another SYN-ACK of the client", fromClient("SA", 0x20000, 1), handshake, "syn-sent2"},
		{"the client's SYN again", fromClient("S", 0, 0), idle, "syn-sent2"},
		{"the server's SYN again", fromServer("S", 0, 0), idle, "syn-sent2"},
		{"the crossing SYN was another's", fromServer("SA", 77777, 1), belongs, "syn-received"},
		{"RST", fromServer("R", 1, 0), belongs, "reset"},

		{"another SYN", fromServer("S", 100000, 0), anew, "syn-sent2"},
		{"SYN-ACK for too much", fromServer("SA", 0, 2), handshake, "syn-sent2"},
		{"ACK of a server that never had the SYN", fromServer("A", 1, 1), belongs, "established"},
		{"the same with data", fromServer("PA", 1, 1, data(10)), belongs, "established"},
		{"the same and no more", fromServer("FA", 1, 1), belongs, "fin-wait"},
		{"ACK of nothing", fromServer("A", 1, 0), handshake, "syn-sent2"},
		{"ACK of too much", fromServer("A", 1, 2), handshake, "syn-sent2"},
		{"ACK from nowhere", fromServer("A", 100000, 1), outOfWindow(BeyondWindow), "syn-sent2"},
		{"the client goes on alone", fromClient("A", 1, 1), handshake, "syn-sent2"},
		{"RST from nowhere", fromServer("R", 100000, 0), ruling{netstack.RSTInvalid, BeyondWindow, 0}, "syn-sent2"},
	})
}

// Where nothing is translated, nothing has dropped a SYN that crossed: a server
// that answers a SYN with one and then acknowledges what it gets for that makes
// itself look like the client.
func TestSplitHandshakeWithoutNAT(t *testing.T) {
	for _, start := range starts {
		v := &talk{newRig(t, Limits{MaxSessions: 1}), start[0], start[1]}
		for _, s := range synSent2Way {
			v.passes(s.plain(v))
		}
		for _, s := range []segmentSpec{fromServer("A", 1, 1), fromServer("PA", 1, 1, data(10))} {
			in, p := s.plain(v)
			v.refused(in, p, netstack.Handshake)
		}
		v.passes(fromServer("SA", 0, 1).plain(v)) // a correct end's
		if s := v.only().State; s != "established" {
			t.Errorf("from %#x: %s", start, s)
		}
	}
}

func TestS08TCPSynReceived(t *testing.T) {
	handshake := refused(netstack.Handshake)
	judge(t, synReceivedWay, []tcpCase{
		{"ACK", fromClient("A", 1, 1), belongs, "established"},
		{"ACK with data", fromClient("PA", 1, 1, data(100)), belongs, "established"},
		{"data that has overtaken the ACK", fromClient("PA", 500, 1, data(100)), belongs, "established"},
		{"ACK with FIN", fromClient("FA", 1, 1), belongs, "fin-wait"},
		{"the SYN again", fromClient("S", 0, 0), idle, "syn-received"},
		{"the SYN-ACK again", fromServer("SA", 0, 1), belongs, "syn-received"},
		{"SYN-ACK with a new cookie", fromServer("SA", 777777, 1), belongs, "syn-received"},
		{"the client's RST", fromClient("R", 1, 0), belongs, "reset"},
		{"the server's RST", fromServer("RA", 1, 1), belongs, "reset"},
		{"RST that overtakes data", fromClient("R", 900, 0), doubted, "syn-received"},
		{"bare ACK of the server", fromServer("A", 1, 1), belongs, "syn-received"},

		{"ACK of nothing", fromClient("A", 1, 0), idle, "syn-received"},
		{"ACK of too much", fromClient("A", 1, 2), idle, "syn-received"},
		{"ACK of another conversation", fromClient("A", 70000, 80000), idle, "syn-received"},

		{"data that acknowledges nothing", fromClient("PA", 1, 0, data(1)), handshake, "syn-received"},
		{"FIN that acknowledges too much", fromClient("FA", 1, 2), handshake, "syn-received"},
		{"data beyond the window", fromClient("PA", 1, 1, data(1002)), outOfWindow(BeyondWindow), "syn-received"},
		{"data without ACK", fromClient("P", 1, 0, data(10)), handshake, "syn-received"},
		{"another SYN", fromClient("S", 100000, 0), anew, "syn-received"},
		{"SYN-ACK from the client", fromClient("SA", 0x20000, 1), handshake, "syn-received"},
		{"SYN-ACK for too much", fromServer("SA", 0, 2), handshake, "syn-received"},
		{"SYN-ACK for too little", fromServer("SA", 0, 0), handshake, "syn-received"},
		{"new SYN from the server", fromServer("S", 70000, 0), anew, "syn-received"},
		{"RST from before", fromClient("R", 0xfffe0000, 0), ruling{netstack.RSTInvalid, BeforeWindow, 0}, "syn-received"},
		{"RST from beyond", fromClient("R", 1003, 0), ruling{netstack.RSTInvalid, BeyondWindow, 0}, "syn-received"},
	})
}

// The server has lost the connection that its SYN-ACK was for, and says so to
// the SYN repeated: without a sequence number.
func TestS08TheServerForgets(t *testing.T) {
	for _, start := range starts {
		v := newTalk(t, start, append(synReceivedWay[:2:2], fromClient("S", 0, 0)))
		unnumbered := func(ack uint32) segmentSpec { return fromServer("RA", -start[1], ack) }
		v.refuses(fromServer("RA", 100000, 1), netstack.RSTInvalid)
		v.passes(unnumbered(1).build(v))
		if s := v.only().State; s != "reset" {
			t.Errorf("from %#x: %s", start, s)
		}
	}
	v := newTalk(t, [2]uint32{1000, 500000}, synReceivedWay)
	v.refuses(fromServer("RA", ^uint32(500000)+1, 3), netstack.RSTInvalid)
	v = newTalk(t, [2]uint32{1000, 500000}, establishedWay)
	v.refuses(fromServer("RA", ^uint32(500000)+1, 1), netstack.RSTInvalid)
	if s := v.only().State; s != "established" {
		t.Errorf("forgets when it is established: %s", s)
	}
}

// A SYN that is sent again may offer another window, and data.
func TestTCPTheSYNAgainIsAnother(t *testing.T) {
	judge(t, append(synSentWay[:1:1], fromClient("S", 0, 0, nettest.Window(5000), data(300))), []tcpCase{
		{"its data is acknowledged", fromServer("SA", 0, 301), belongs, "syn-received"},
		{"RST that acknowledges it", fromServer("RA", 0, 301), belongs, "reset"},
	})
	for _, start := range starts {
		v := newTalk(t, start, append(synSentWay[:1:1], fromClient("S", 0, 0, nettest.Window(5000)), fromServer("SA", 0, 1)))
		v.passes(fromServer("PA", 1, 1, data(5000)).build(v))
		v.refuses(fromServer("PA", 5001, 1, data(2)), netstack.OutOfWindow)
	}
}
