package main

import (
	"fmt"
	"net"
	"time"
)

var withinRows = []experiment{{
	ids: "J1 J3", name: "A real connection outwards, from a port that no rule names",
	paper: "what returns is part of the session, accepted",
	do:    realConnection,
	fw1:   "works", strict: "works",
}, {
	ids: "S9", name: "Made-up sequence numbers in an open connection, either way",
	paper: "\"all sorts of whacked out sequence numbers\" accepted",
	do:    whackedOut,
	fw1:   "out: passes; in: passes", strict: "out: dropped (out-of-window); in: dropped (out-of-window)",
}, {
	ids: "S12", name: "Piggy-back: the server sends a SYN on the ports of the open connection",
	paper: "the rule base drops it, the connection goes on",
	do:    piggyback,
	fw1:   "dropped (policy), connection goes on", strict: "dropped (policy), connection goes on",
}, {
	ids: "S12", name: "The client sends a SYN on the ports of its open connection; the server answers with an ACK",
	paper: "the rule base accepts it",
	do:    synAgain,
	fw1:   "passes; answer passes; connection goes on", strict: "passes; answer passes; connection goes on",
}, {
	ids: "J2", name: "From source port 80 to a port inside: SYN, ACK",
	paper: "no session, no rule: dropped",
	do:    fromPort80,
	fw1:   "dropped (policy); dropped (policy)", strict: "dropped (policy); dropped (no-session)", loose: "dropped (policy); dropped (policy)",
}, {
	ids: "J12", name: "Asymmetric route: SYN, then the client's ACK; the SYN/ACK went another way",
	paper: "not tried; packet types are not followed: accepted",
	do:    asymmetric,
	fw1:   "passes", strict: "dropped (asymmetric)", loose: "passes",
}, {
	ids: "S13", name: "Fastmode for a service: ACKs of no session, in and out; a SYN in",
	paper:  "only SYNs are filtered, all else passes, no table",
	do:     fastmode,
	fw1:    "out: passes, no entry; in: passes, no entry; SYN: dropped (policy)",
	strict: "`check` refuses it",
}}

func realConnection(b *bench) string {
	return b.inConnection(func(net.Conn, int) string { return "works" })
}

// inConnection is what use says of a real connection that works, outwards to a
// server on a port.
func (b *bench) inConnection(use func(conn net.Conn, port int) string) string {
	server := newEcho(b.out.host)
	defer server.Close()
	conn, err := server.dial(b.in.host, outsideReal, patience)
	must(err)
	defer conn.Close()
	if !works(conn, patience) {
		return "hangs"
	}
	return use(conn, server.port())
}

func whackedOut(b *bench) string {
	c := b.talk(25).open()
	s := segment{flags: "PA", seq: 1 << 30, ack: 3 << 29, data: 10}
	out, in := c.fromClient(s), c.fromServer(s)
	return fmt.Sprintf("out: %s; in: %s", out.fate(), in.fate())
}

// goesOn says whether data still passes both ways.
func (c *conversation) goesOn() string {
	out, in := c.fromClient(segment{flags: "PA", data: 10}), c.fromServer(segment{flags: "PA", data: 10})
	if len(out.arrived) != 1 || len(in.arrived) != 1 {
		return fmt.Sprintf("connection broken (out %s, in %s)", out.fate(), in.fate())
	}
	return "connection goes on"
}

func piggyback(b *bench) string {
	c := b.talk(25).open()
	t := c.fromServer(segment{flags: "S", seq: 1 << 28})
	return t.fate() + ", " + c.goesOn()
}

func synAgain(b *bench) string {
	c := b.talk(25).open()
	syn := c.fromClient(segment{flags: "S", seq: 1 << 28})
	challenge := c.fromServer(segment{flags: "A"})
	return fmt.Sprintf("%s; answer %s; %s", syn.fate(), challenge.fate(), c.goesOn())
}

func fromPort80(b *bench) string {
	c := b.talk(80)
	syn, ack := c.fromServer(segment{flags: "S"}), c.fromServer(segment{flags: "A"})
	return syn.fate() + "; " + ack.fate()
}

func asymmetric(b *bench) string {
	c := b.talk(25)
	c.fromClient(segment{flags: "S"})
	c.next[1]++ // by the SYN/ACK that the firewall did not see
	return c.fromClient(segment{flags: "A"}).fate()
}

func fastmode(b *bench) string {
	fast := setup{state: `fastmode = ["tcp/8000"]`}
	if b.refusedByCheck(fast) {
		return "`check` refuses it"
	}
	must(b.run(fast))
	c, stranger := b.talk(8000), b.talk(8000)
	out := c.fromClient(segment{flags: "A"}).fate() + ", " + c.entry()
	in := stranger.fromServer(segment{flags: "A"}).fate() + ", " + stranger.entry()
	stranger.cport, stranger.sport = 8000, stranger.cport
	syn := stranger.fromServer(segment{flags: "S"}).fate()
	return fmt.Sprintf("out: %s; in: %s; SYN: %s", out, in, syn)
}

// soon is how long something is waited for that a broken connection never
// does.
const soon = 4 * time.Second
