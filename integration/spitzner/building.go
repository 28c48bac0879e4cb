package main

import (
	"cmp"
	"strings"
)

var buildingRows = []experiment{{
	ids: "S2 S3 S6", name: "ACK that no SYN went before, any-any-accept (`hping3 -A`)",
	paper: "accepted, entered, 3600 s",
	do:    byHping("-A"),
	fw1:   "passes, entry of 3600 s", strict: "dropped (no-session), no entry", loose: "passes, entry of 30 s",
}, {
	ids: "S2", name: "Null packet (`hping3`)",
	paper: "accepted, entered, 3600 s",
	do:    byHping(),
	fw1:   "passes, entry of 3600 s", strict: "dropped (bad-flags), no entry",
}, {
	ids: "S2 J13", name: "SYN/ACK that answers nothing (`hping3 -S -A`)",
	paper: "accepted, entered, 3600 s",
	do:    byHping("-S", "-A"),
	fw1:   "passes, entry of 3600 s", strict: "dropped (asymmetric), no entry", loose: "passes, entry of 30 s",
}, {
	ids: "S2", name: "FIN/ACK (`hping3 -F -A`)",
	paper: "accepted, entered, 3600 s",
	do:    byHping("-F", "-A"),
	fw1:   "passes, entry of 3600 s", strict: "dropped (no-session), no entry", loose: "passes, entry of 30 s",
}, {
	ids: "S10", name: "FIN (`hping3 -F`)",
	paper: "cannot build a session",
	do:    byHping("-F"),
	fw1:   "passes, no entry", strict: "dropped (bad-flags), no entry",
}, {
	ids: "S10", name: "RST (`hping3 -R`)",
	paper: "cannot build a session",
	do:    byHping("-R"),
	fw1:   "passes, no entry", strict: "dropped (no-session), no entry",
}, {
	ids: "S11", name: "Xmas scan (`nmap -sX`)",
	paper: "accepted and logged, never entered",
	do:    xmas,
	fw1:   "passes, logged, no entry", strict: "dropped (bad-flags), logged, no entry",
}, {
	ids: "S1 S33", name: "ACK to a service that a rule drops",
	paper: "compared to the rule base, dropped",
	do:    ackToFinger,
	fw1:   "dropped (policy), no entry", strict: "dropped (no-session), no entry", loose: "dropped (policy), no entry",
}, {
	ids: "S7", name: "SYN, SYN/ACK, ACK: the timeout after each",
	paper: "60 s, 3600 s with the return packet",
	do:    handshake,
	fw1:   "entry of 60 s, entry of 3600 s, entry of 3600 s", strict: "entry of 30 s, entry of 30 s, entry of 7440 s",
}, {
	ids: "S8", name: "SYN answered by a bare ACK",
	paper: "happily accepted, 3600 s",
	do:    answeredBare,
	fw1:   "passes, entry of 3600 s", strict: "dropped (handshake), entry of 30 s",
}, {
	ids: "S8 S9", name: "SYN answered by a SYN/ACK that acknowledges something else; then data",
	paper: "sequence numbers are not matched: accepted, 3600 s",
	do:    answeredBeside,
	fw1:   "passes, entry of 3600 s; passes", strict: "passes, entry of 30 s; dropped (handshake)",
}, {
	ids: "S26 S27 S28", name: "`fwtable` after ACKs from ports 10001, 10002, 10003 to 25, 24, 23",
	paper: "an entry for each, of 3600 s",
	do:    threeACKs,
	fw1:   "10001 to 25 3600 s, 10002 to 24 3600 s, 10003 to 23 3600 s", strict: "empty", loose: "10001 to 25 30 s, 10002 to 24 30 s, 10003 to 23 30 s",
}}

// byHping sends a packet with these flags, of which the table knows nothing.
func byHping(flags ...string) func(*bench) string {
	return func(b *bench) string {
		sport := b.port()
		t := b.try(b.in, b.hping(sport, 25, flags...))
		return t.fate() + ", " + b.entryOf(sport, 25)
	}
}

func xmas(b *bench) string {
	sport := b.port()
	t := b.try(b.in, b.nmap(sport, 25, "-sX"))
	return t.fateAndLog() + ", " + b.entryOf(sport, 25)
}

func ackToFinger(b *bench) string {
	c := b.talk(79)
	return c.fromClient(segment{flags: "A"}).fate() + ", " + c.entry()
}

func handshake(b *bench) string {
	c := b.talk(25)
	c.fromClient(segment{flags: "S"})
	syn := c.entry()
	c.fromServer(segment{flags: "SA"})
	synAck := c.entry()
	c.fromClient(segment{flags: "A"})
	return syn + ", " + synAck + ", " + c.entry()
}

func answeredBare(b *bench) string {
	c := b.talk(25)
	c.fromClient(segment{flags: "S"})
	return c.fromServer(segment{flags: "A"}).fate() + ", " + c.entry()
}

// answeredBeside is what an old connection, that only one end has forgotten,
// looks like. A correct client resets it (RFC 9293, figure 9), so the SYN/ACK
// must get to it, and must open nothing.
func answeredBeside(b *bench) string {
	c := b.talk(25)
	c.fromClient(segment{flags: "S"})
	synAck := c.fromServer(segment{flags: "SA", ack: 1 << 20}).fate()
	return synAck + ", " + c.entry() + "; " + c.fromServer(segment{flags: "PA", data: 10}).fate()
}

// threeACKs makes the paper's first listing.
func threeACKs(b *bench) string {
	c := b.talk(0)
	for i, dport := range []int{25, 24, 23} {
		c.cport, c.sport = 10001+i, dport
		c.fromClient(segment{flags: "A"})
	}
	var entries []string
	for _, f := range b.fwtable("tcp and src " + clientGhost + " and sport 10001-10003") {
		entries = append(entries, f.sport+" to "+f.dport+" "+f.total+" s")
	}
	return cmp.Or(strings.Join(entries, ", "), "empty")
}
