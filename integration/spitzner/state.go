package main

import (
	"bytes"
	"fmt"
	"net"
	"strconv"

	"sallyport/appliance/control"
)

var tableRows = []experiment{{
	ids: "S6 S30", name: "BID 549: 200 ACKs to systems that do not exist, room for 64 sessions; then a client",
	paper: "the connections table fills, for an hour",
	setup: setup{state: "max_sessions = 64"},
	do:    fillByACKs,
	fw1:   "full of entries of 3600 s; the client is refused", strict: "no entry; the client gets through",
	loose: "full of entries of 30 s; the client gets through",
}, {
	ids: "S4", name: "`fwstop;fwstart` in an open connection",
	paper: "rebuilt from the next ACK, the user sees nothing",
	do:    restart,
	fw1:   "goes on, entry of 3600 s", strict: "hangs, no entry", loose: "goes on, entry of 7440 s",
}, {
	ids: "S4 S5", name: "`fwstop;fwstart` with `snapshot`, in an open connection; then a stray ACK",
	paper: "the table is cleared, and rebuilt from any ACKs",
	setup: setup{state: `snapshot = "DIR/state"`},
	do:    restartAndStray,
	fw1:   "goes on, entry of 3600 s; stray passes", strict: "goes on, entry of 7440 s; stray dropped (no-session)",
	loose: "goes on, entry of 7440 s; stray passes",
}, {
	ids: "S33", name: "SYN from outside, that no rule names",
	paper: "denied",
	do:    denied,
	fw1:   "dropped (policy), logged", strict: "dropped (policy), logged",
}, {
	ids: "S32", name: "SYN to a service that a rule rejects",
	paper: "RST is sent back",
	do:    rejected,
	fw1:   "dropped (policy), RST comes back", strict: "dropped (policy), RST comes back",
}}

func fillByACKs(b *bench) string {
	b.try(b.in, func() error {
		said, err := b.in.host.Command("hping3", "-q", "-n", "-c", "200", "-i", "u1000", "-A", "-s", "40000", "-p", "25",
			"-I", "eth0", "--rand-dest", "203.0.113.x").CombinedOutput()
		if !bytes.Contains(said, []byte("200 packets transmitted")) {
			return toolFault("hping3", err, said)
		}
		return nil
	})
	return b.fullness() + "; the client " + b.newClient()
}

func (b *bench) fullness() string {
	built := list[control.Session](b.fw, "sessions", "tcp and dport 25")
	switch {
	case len(built) == 0:
		return "no entry"
	case !b.fw.full():
		return strconv.Itoa(len(built)) + " entries"
	}
	return fmt.Sprintf("full of entries of %d s", built[0].TimeoutTotal)
}

// newClient says whether a real client finds a place in the table.
func (b *bench) newClient() string {
	server := newEcho(b.out.host)
	defer server.Close()
	conn, err := server.dial(b.in.host, outsideReal, soon)
	if err != nil {
		return "is refused"
	}
	must(conn.Close())
	return "gets through"
}

// restart stops and starts the firewall while a real connection is open, whose
// client then speaks first.
func restart(b *bench) string {
	return b.inConnection(func(conn net.Conn, port int) string {
		must(b.fw.stop())
		must(b.fw.start(b.lab))
		how := "hangs"
		if works(conn, soon) {
			how = "goes on"
		}
		return how + ", " + b.entryOf(conn.LocalAddr().(*net.TCPAddr).Port, port)
	})
}

func restartAndStray(b *bench) string {
	after := restart(b)
	return after + "; stray " + b.talk(25).fromClient(segment{flags: "A"}).fate()
}

func denied(b *bench) string {
	c := b.talk(80)
	c.cport, c.sport = 80, c.cport
	return c.fromServer(segment{flags: "S"}).fateAndLog()
}

func rejected(b *bench) string {
	t := b.talk(113).fromClient(segment{flags: "S"})
	for _, p := range t.back {
		if p.proto == tcp && p.sport == 113 && p.flags&rst != 0 {
			return t.fate() + ", RST comes back"
		}
	}
	return t.fate()
}
