package main

import (
	"fmt"
	"maps"
	"time"
)

var fragmentRows = []experiment{{
	ids: "S19", name: "A complete TCP packet in fragments, an ACK that no SYN went before",
	paper: "accepted, entered for 3600 s, sent on as fragments",
	do:    fragmentedACK,
	fw1:   "passes as 24+24+12, entry of 3600 s", strict: "dropped (no-session), no entry", loose: "passes as 24+24+12, entry of 30 s",
}, {
	ids: "S19 S25", name: "Data of an open connection in fragments",
	paper: "accepted, fragmented again",
	do:    fragmentedData("fragment(%s, fragsize=24)"),
	fw1:   "passes as 24+24+12", strict: "passes as 24+24+12",
}, {
	ids: "S19 S25", name: "The same, the last fragment first",
	paper: "some type of reassembly must go on",
	do:    fragmentedData("fragment(%s, fragsize=24)[::-1]"),
	fw1:   "passes as 24+24+12", strict: "passes as 24+24+12",
}, {
	ids: "S20", name: "A single fragment of an open connection",
	paper: "neither accepted nor logged",
	setup: shortFragments,
	do:    incomplete,
	fw1:   "vanishes, not logged", strict: "dropped (frag-timeout), logged",
}, {
	ids: "S21", name: "jolt2: 300 times the same incomplete fragment, a client meanwhile",
	paper: "they neither pass nor are logged; resources are consumed",
	setup: shortFragments,
	do:    jolt2,
	fw1:   "none passes, not logged; the client gets through", strict: "none passes, logged; the client gets through",
}, {
	ids: "S22", name: "SYN scan in fragments of 16 bytes (`nmap -sS -ff`)",
	paper: "dropped and logged, \"TCP packet too short\"",
	do:    fragmentedScan("-ff"),
	fw1:   "dropped (frag-short), logged", strict: "dropped (frag-short), logged",
}, {
	ids: "S22", name: "SYN in fragments of 24 bytes (`nmap -sS --mtu 24`), its header whole",
	paper: "24 bytes are enough",
	do:    fragmentedScan("--mtu", "24", "--data-length", "30"),
	fw1:   "passes, not logged", strict: "passes, not logged",
}, {
	ids: "S22", name: "SYN in fragments of 24 bytes, its header of 40",
	paper: "24 bytes are enough",
	do:    longHeader,
	fw1:   "passes", strict: "dropped (frag-short)",
}, {
	ids: "S23", name: "UDP, ICMP in fragments of 8 bytes",
	paper: "any multiple of 8 is accepted",
	do:    small,
	fw1:   "UDP passes as 8+8+8; ICMP passes as 8+8+8", strict: "UDP passes as 8+8+8; ICMP passes as 8+8+8",
}, {
	ids: "S24", name: "UDP in fragments of 12 bytes",
	paper: "neither accepted nor logged",
	setup: shortFragments,
	do:    odd,
	fw1:   "vanishes, not logged", strict: "dropped (frag-bad-length), logged",
}}

// shortFragments has the firewall hold fragments for the shortest time.
var shortFragments = setup{state: "[state.fragments]\ntimeout = \"1s\""}

// fragmentPatience is how long it is waited for that to end.
const fragmentPatience = 4 * time.Second

// sixty is a segment of 60 bytes, its header included.
var sixty = segment{flags: "PA", data: 40}

func fragmentedACK(b *bench) string {
	c := b.talk(25)
	t := c.send(c.in, "fragment("+c.outward(sixty)+", fragsize=24)")
	return t.sizes() + ", " + c.entry()
}

// fragmentedData sends data of an open connection in the fragments of a scapy
// expression.
func fragmentedData(fragments string) func(*bench) string {
	return func(b *bench) string {
		c := b.talk(25).open()
		return c.send(c.in, fmt.Sprintf(fragments, c.outward(sixty))).sizes()
	}
}

func incomplete(b *bench) string {
	c := b.talk(25).open()
	return c.lost(b.in, "fragment("+c.outward(sixty)+", fragsize=24)[:1]").fateAndLog()
}

// lost sends fragments that are not to pass, and waits until the firewall gives
// them up, if it ever says so.
func (b *bench) lost(from *station, fragments string) *trial {
	return b.try(from, func() error {
		before := b.fw.refused()
		if err := from.crafter.send(fragments); err != nil {
			return err
		}
		within(fragmentPatience, func() bool { return !maps.Equal(before, b.fw.refused()) })
		return nil
	})
}

// jolt2 is the tool's packet: the last bytes that a datagram can have, and never
// a first one.
func jolt2(b *bench) string {
	server := newEcho(b.out.host)
	defer server.Close()
	through := "no client gets through"
	t := b.try(b.in, func() error {
		flood := fmt.Sprintf("[IP(src=%q,dst=%q,id=1109,frag=8190,proto=1)/(b'x'*9)]*300", clientGhost, outsideReal)
		if err := b.in.crafter.send(flood); err != nil {
			return err
		}
		if conn, err := server.dial(b.in.host, outsideReal, patience); err == nil {
			through = "the client gets through"
			return conn.Close()
		}
		return nil
	})
	passed, log := "none passes", "not logged"
	for _, p := range t.arrived {
		if p.offset > 0 {
			passed = "some pass"
		}
	}
	if len(t.logged) > 0 {
		log = "logged"
	}
	return passed + ", " + log + "; " + through
}

func fragmentedScan(how ...string) func(*bench) string {
	return func(b *bench) string {
		return b.try(b.in, b.nmap(b.port(), 25, append([]string{"-sS"}, how...)...)).fateAndLog()
	}
}

// longHeader has 20 bytes of TCP options, so that some come only with the
// second fragment.
func longHeader(b *bench) string {
	c := b.talk(25)
	syn := c.outward(segment{flags: "S", options: "('MSS',1460),('SAckOK',b''),('Timestamp',(1,0)),('NOP',None),('WScale',7)", data: 20})
	return c.send(c.in, "fragment("+syn+", fragsize=24)").fate()
}

func small(b *bench) string {
	c := b.talk(5000)
	udp := fmt.Sprintf("pieces(IP(src=%q,dst=%q,id=81)/UDP(sport=%d,dport=5000)/(b'x'*16), 8)", c.client, c.server, c.cport)
	echo := fmt.Sprintf("pieces(IP(src=%q,dst=%q,id=82)/ICMP(id=%d)/(b'x'*16), 8)", c.client, c.server, c.cport)
	return "UDP " + c.send(c.in, udp).sizes() + "; ICMP " + c.send(c.in, echo).sizes()
}

func odd(b *bench) string {
	c := b.talk(5000)
	fragments := fmt.Sprintf("pieces(IP(src=%q,dst=%q,id=83)/UDP(sport=%d,dport=5000)/(b'x'*28), 12)", c.client, c.server, c.cport)
	return c.lost(b.in, fragments).fateAndLog()
}
