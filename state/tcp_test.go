package state

import (
	"testing"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

const none = netstack.ReasonNone

func TestS02OnlyASYNOpens(t *testing.T) {
	for flags, want := range map[string]netstack.Reason{
		"S": none, "SEC": none, "SP": none, // ECN setup, data
		"SA": netstack.Asymmetric,
		"A":  netstack.NoSession, "": netstack.NoSession, "F": netstack.NoSession, "FA": netstack.NoSession,
		"R": netstack.NoSession, "RA": netstack.NoSession, "SF": netstack.NoSession, "SR": netstack.NoSession, "FPU": netstack.NoSession,
	} {
		r := newMasqueradingRig(t)
		m := r.refused(inside, nettest.TCP("10.1.0.5:40000", "1.1.1.1:443", nettest.Flags(flags)), want)
		if opened := r.Len() == 1; opened != (want == none) || opened != (m.Session != 0) {
			t.Errorf("%q: %d sessions, %+v", flags, r.Len(), m)
		}
	}
}

func TestS08TCPSynSent(t *testing.T) {
	judge(t, synSentWay, []tcpCase{
		{"the SYN again", fromClient("S", 0, 0), none, "syn-sent"},
		{"SYN-ACK", fromServer("SA", 0, 1), none, "syn-received"},
		{"SYN-ACK with ECN", fromServer("SAE", 0, 1), none, "syn-received"},
		{"RST that acknowledges", fromServer("RA", 0, 1), none, "reset"},
		{"crossing SYN", fromServer("S", 0, 0), none, "syn-sent2"},

		{"data before the SYN-ACK", fromClient("A", 1, 1, data(10)), netstack.Handshake, "syn-sent"},
		{"ACK before the SYN-ACK", fromClient("A", 1, 1), netstack.Handshake, "syn-sent"},
		{"FIN before the SYN-ACK", fromClient("FA", 1, 1), netstack.Handshake, "syn-sent"},
		{"RST from the client", fromClient("R", 1, 0), netstack.Handshake, "syn-sent"},
		{"SYN-ACK from the client", fromClient("SA", 0, 1), netstack.Handshake, "syn-sent"},
		{"SYN-ACK for too little", fromServer("SA", 0, 0), netstack.Handshake, "syn-sent"},
		{"SYN-ACK for too much", fromServer("SA", 0, 2), netstack.Handshake, "syn-sent"},
		{"bare ACK", fromServer("A", 0, 1), netstack.Handshake, "syn-sent"},
		{"data", fromServer("PA", 1, 1, data(10)), netstack.Handshake, "syn-sent"},
		{"FIN", fromServer("FA", 1, 1), netstack.Handshake, "syn-sent"},
		{"RST without ACK", fromServer("R", 0, 0), netstack.RSTInvalid, "syn-sent"},
		{"RST that acknowledges nothing", fromServer("RA", 0, 0), netstack.RSTInvalid, "syn-sent"},
		{"RST that acknowledges too much", fromServer("RA", 0, 2), netstack.RSTInvalid, "syn-sent"},
	})
}

func TestTCPFastOpen(t *testing.T) {
	way := []segmentSpec{fromClient("S", 0, 0, data(500))}
	judge(t, way, []tcpCase{
		{"SYN-ACK for the SYN alone", fromServer("SA", 0, 1), none, "syn-received"},
		{"SYN-ACK for all of it", fromServer("SA", 0, 501), none, "syn-received"},
		{"SYN-ACK for some of it", fromServer("SA", 0, 200), none, "syn-received"},
		{"SYN-ACK for more", fromServer("SA", 0, 502), netstack.Handshake, "syn-sent"},
		{"the SYN again without data", fromClient("S", 0, 0), none, "syn-sent"},
	})
	judge(t, append(way, fromServer("SA", 0, 501)), []tcpCase{
		{"the server speaks early", fromServer("PA", 1, 501, data(900)), none, "syn-received"},
		{"the client confirms", fromClient("A", 501, 1), none, "established"},
		{"the SYN again without data", fromClient("S", 0, 0), none, "syn-received"},
	})
}

func TestTCPSimultaneousOpen(t *testing.T) {
	judge(t, crossingWay, []tcpCase{
		{"the client's SYN again", fromClient("S", 0, 0), none, "syn-sent2"},
		{"the server's SYN again", fromServer("S", 0, 0), none, "syn-sent2"},
		{"the client's SYN-ACK", fromClient("SA", 0, 1), none, "syn-sent2"},
		{"the server's SYN-ACK", fromServer("SA", 0, 1), none, "syn-sent2"},
		{"RST", fromServer("RA", 1, 1), none, "reset"},
		{"SYN-ACK for too much", fromServer("SA", 0, 2), netstack.Handshake, "syn-sent2"},
		{"another SYN", fromServer("S", 100000, 0), netstack.Handshake, "syn-sent2"},
		{"bare ACK", fromServer("A", 1, 1), netstack.Handshake, "syn-sent2"},
		{"RST from nowhere", fromServer("R", 100000, 0), netstack.RSTInvalid, "syn-sent2"},
	})
	answered := append(crossingWay[:2:2], fromClient("SA", 0, 1))
	judge(t, answered, []tcpCase{
		{"the server's SYN-ACK", fromServer("SA", 0, 1), none, "established"},
		{"the client's SYN-ACK again", fromClient("SA", 0, 1), none, "syn-sent2"},
		{"split handshake", fromServer("A", 1, 1), netstack.Handshake, "syn-sent2"},
		{"split handshake with data", fromServer("PA", 1, 1, data(10)), netstack.Handshake, "syn-sent2"},
	})
}

func TestS08TCPSynReceived(t *testing.T) {
	judge(t, synReceivedWay, []tcpCase{
		{"ACK", fromClient("A", 1, 1), none, "established"},
		{"ACK with data", fromClient("PA", 1, 1, data(100)), none, "established"},
		{"ACK with FIN", fromClient("FA", 1, 1), none, "fin-wait"},
		{"the SYN again", fromClient("S", 0, 0), none, "syn-received"},
		{"the SYN-ACK again", fromServer("SA", 0, 1), none, "syn-received"},
		{"SYN-ACK with a new cookie", fromServer("SA", 777777, 1), none, "syn-received"},
		{"the client's RST", fromClient("R", 1, 0), none, "reset"},
		{"the server's RST", fromServer("RA", 1, 1), none, "reset"},

		{"ACK of nothing", fromClient("A", 1, 0), netstack.Handshake, "syn-received"},
		{"ACK of too much", fromClient("A", 1, 2), netstack.Handshake, "syn-received"},
		{"data without ACK", fromClient("P", 1, 0, data(10)), netstack.Handshake, "syn-received"},
		{"another SYN", fromClient("S", 100000, 0), netstack.Handshake, "syn-received"},
		{"SYN-ACK from the client", fromClient("SA", 0, 1), netstack.Handshake, "syn-received"},
		{"SYN-ACK for too much", fromServer("SA", 0, 2), netstack.Handshake, "syn-received"},
		{"SYN-ACK for too little", fromServer("SA", 0, 0), netstack.Handshake, "syn-received"},
		{"SYN from the server", fromServer("S", 0, 0), netstack.Handshake, "syn-received"},
		{"RST from before", fromClient("R", 0, 0), netstack.RSTInvalid, "syn-received"},
		{"RST from beyond", fromClient("R", 1002, 0), netstack.RSTInvalid, "syn-received"},
	})
}

func TestTCPEstablished(t *testing.T) {
	judge(t, establishedWay, []tcpCase{
		{"data out", fromClient("PA", 1, 1, data(1000)), none, "established"},
		{"data in", fromServer("A", 1, 1, data(1000)), none, "established"},
		{"keep-alive", fromClient("A", 0, 1), none, "established"},
		{"FIN from the client", fromClient("FA", 1, 1), none, "fin-wait"},
		{"FIN from the server", fromServer("FA", 1, 1), none, "fin-wait"},
		{"RST from the client", fromClient("RA", 1, 1), none, "reset"},
		{"RST from the server", fromServer("R", 1, 0), none, "reset"},
		{"RST at the window's end", fromServer("R", 1001, 0), none, "reset"},
		{"the SYN-ACK again", fromServer("SA", 0, 1), none, "established"},
		{"a late copy of the SYN", fromClient("S", 0, 0), none, "established"},

		{"new SYN", fromClient("S", 100000, 0), netstack.Handshake, "established"},
		{"new SYN from the server", fromServer("S", 100000, 0), netstack.Handshake, "established"},
		{"new SYN-ACK", fromServer("SA", 100000, 1), netstack.Handshake, "established"},
		{"RST from before", fromServer("R", 0, 0), netstack.RSTInvalid, "established"},
		{"RST from beyond", fromServer("R", 1002, 0), netstack.RSTInvalid, "established"},
		{"no ACK", fromClient("P", 1, 0, data(1)), netstack.BadFlags, "established"},
	})
}

func TestTCPCloses(t *testing.T) {
	judge(t, finWaitWay, []tcpCase{
		{"FIN again", fromClient("FA", 1, 1), none, "fin-wait"},
		{"data in", fromServer("A", 1, 1, data(100)), none, "fin-wait"},
		{"ACK of the FIN", fromServer("A", 1, 2), none, "close-wait"},
		{"crossing FIN", fromServer("FA", 1, 1), none, "closing"},
		{"FIN and ACK of the FIN", fromServer("FA", 1, 2), none, "last-ack"},
		{"new SYN", fromClient("S", 100000, 0), netstack.Handshake, "fin-wait"},
	})
	judge(t, closeWaitWay, []tcpCase{
		{"data in", fromServer("PA", 1, 2, data(1000)), none, "close-wait"},
		{"ACK out", fromClient("A", 2, 1), none, "close-wait"},
		{"FIN", fromServer("FA", 1, 2), none, "last-ack"},
		{"RST", fromClient("R", 2, 0), none, "reset"},
	})
	judge(t, closingWay, []tcpCase{
		{"FIN again", fromServer("FA", 1, 1), none, "closing"},
		{"ACK of the client's FIN", fromServer("A", 2, 2), none, "last-ack"},
		{"ACK of the server's FIN", fromClient("A", 2, 2), none, "last-ack"},
	})
	judge(t, lastAckWay, []tcpCase{
		{"FIN again", fromServer("FA", 1, 2), none, "last-ack"},
		{"last ACK", fromClient("A", 2, 2), none, "time-wait"},
		{"new SYN", fromClient("S", 100000, 0), netstack.Handshake, "last-ack"},
	})
}

func TestTCPTimeWait(t *testing.T) {
	judge(t, timeWaitWay, []tcpCase{
		{"FIN again", fromServer("FA", 1, 2), none, "time-wait"},
		{"ACK again", fromClient("A", 2, 2), none, "time-wait"},
		{"SYN of a policy that admits none", fromServer("S", 100000, 0), netstack.Policy, "time-wait"},
		{"SYN with an older number", fromClient("S", 0xffff0000, 0), netstack.Handshake, "time-wait"},
	})
}

func TestTCPReset(t *testing.T) {
	judge(t, resetWay, []tcpCase{
		{"straggler out", fromClient("A", 1, 1, data(100)), none, "reset"},
		{"straggler in", fromServer("A", 1, 1, data(100)), none, "reset"},
		{"FIN", fromClient("FA", 1, 1), none, "reset"},
		{"SYN of a policy that admits none", fromServer("S", 100000, 0), netstack.Policy, "reset"},
	})
}
