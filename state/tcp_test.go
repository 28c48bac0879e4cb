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

func TestS14TCPEstablished(t *testing.T) {
	judge(t, establishedWay, []tcpCase{
		{"data out", fromClient("PA", 1, 1, data(1000)), belongs, "established"},
		{"data in", fromServer("A", 1, 1, data(1000)), belongs, "established"},
		{"urgent data", fromServer("AU", 1, 1, data(10)), belongs, "established"},
		{"FIN from the client", fromClient("FA", 1, 1), belongs, "fin-wait"},
		{"FIN from the server", fromServer("FA", 1, 1), belongs, "fin-wait"},
		{"FIN with data", fromServer("FA", 1, 1, data(100)), belongs, "fin-wait"},
		{"the SYN-ACK again", fromServer("SA", 0, 1), idle, "established"},
		{"a late copy of the SYN", fromClient("S", 0, 0), idle, "established"},

		{"new SYN-ACK", fromServer("SA", 100000, 1), refused(netstack.Handshake), "established"},
		{"no ACK", fromClient("P", 1, 0, data(1)), refused(netstack.BadFlags), "established"},
	})
}

func TestS14TCPCloses(t *testing.T) {
	judge(t, finWaitWay, []tcpCase{
		{"FIN again", fromClient("FA", 1, 1), belongs, "fin-wait"},
		{"data in", fromServer("A", 1, 1, data(100)), belongs, "fin-wait"},
		{"ACK of the FIN", fromServer("A", 1, 2), belongs, "close-wait"},
		{"crossing FIN", fromServer("FA", 1, 1), belongs, "closing"},
		{"FIN and ACK of the FIN", fromServer("FA", 1, 2), belongs, "last-ack"},
		{"data after the FIN", fromClient("PA", 2, 1, data(10)), outOfWindow(BeyondWindow), "fin-wait"},
		{"another FIN after the FIN", fromClient("FA", 2, 1), outOfWindow(BeyondWindow), "fin-wait"},
	})
	judge(t, closeWaitWay, []tcpCase{
		{"data in", fromServer("PA", 1, 2, data(1000)), belongs, "close-wait"},
		{"ACK out", fromClient("A", 2, 1), belongs, "close-wait"},
		{"FIN again, its ACK was lost", fromClient("FA", 1, 1), belongs, "close-wait"},
		{"FIN", fromServer("FA", 1, 2), belongs, "last-ack"},
		{"RST", fromClient("R", 2, 0), belongs, "reset"},
	})
	judge(t, closingWay, []tcpCase{
		{"FIN again", fromServer("FA", 1, 1), belongs, "closing"},
		{"ACK of the client's FIN", fromServer("A", 2, 2), belongs, "last-ack"},
		{"ACK of the server's FIN", fromClient("A", 2, 2), belongs, "last-ack"},
	})
	judge(t, lastAckWay, []tcpCase{
		{"FIN again", fromServer("FA", 1, 2), belongs, "last-ack"},
		{"last ACK", fromClient("A", 2, 2), belongs, "time-wait"},
	})
}

func TestS15TCPTimeWait(t *testing.T) {
	judge(t, timeWaitWay, []tcpCase{
		{"FIN again", fromServer("FA", 1, 2), belongs, "time-wait"},
		{"ACK again", fromClient("A", 2, 2), belongs, "time-wait"},
		{"RST of an end that is gone", fromServer("R", 2, 0), belongs, "time-wait"},
		{"ACK of what was never sent", fromClient("A", 2, 3), outOfWindow(AcksTooMuch), "time-wait"},
		{"RST from nowhere", fromServer("R", 100000, 0), ruling{netstack.RSTInvalid, BeyondWindow, 0}, "time-wait"},
	})
}

func TestS15TCPReset(t *testing.T) {
	judge(t, resetWay, []tcpCase{
		{"straggler out", fromClient("A", 1, 1, data(100)), belongs, "reset"},
		{"straggler in", fromServer("A", 1, 1, data(100)), belongs, "reset"},
		{"the RST that answers it", fromServer("R", 1, 0), belongs, "reset"},
		{"RST in the window", fromServer("R", 100, 0), doubted, "reset"},
		{"FIN", fromClient("FA", 1, 1), belongs, "reset"},
	})
}
