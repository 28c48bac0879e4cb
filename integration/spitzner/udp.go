package main

import (
	"fmt"
	"strings"
)

var udpRows = []experiment{{
	ids: "S16 J4", name: "A datagram outwards, three replies: the timeout, what passes",
	paper: "40 s, as many replies as it wants",
	do:    replies,
	fw1:   "entry of 40 s; 3 pass; entry of 40 s", strict: "entry of 30 s; 3 pass; entry of 300 s",
}, {
	ids: "S16", name: "A reply from another port of the server",
	paper: "addresses and ports must match",
	do:    otherPort,
	fw1:   "dropped (policy)", strict: "dropped (policy)",
}, {
	ids: "S16", name: "A DNS answer with another transaction id, then the right one: the timeout after each (`udp_answered = \"9s\"`)",
	paper: "40 s after any packet",
	setup: setup{state: "[state.timeouts]\nudp_answered = \"9s\""},
	do:    dnsAnswers,
	fw1:   "entry of 40 s, entry of 40 s", strict: "entry of 300 s, entry of 9 s",
}, {
	ids: "S16 J11", name: "A reply after the timeout",
	paper: "only within the timeout",
	setup: setup{state: "[state.timeouts]\nudp_single = \"1s\""},
	do:    lateReply,
	fw1:   "dropped (policy)", strict: "dropped (policy)",
}, {
	ids: "S17", name: "`fwtable` after a DNS query",
	paper: "two entries, of destination ports 53 and 0",
	do:    port0,
	fw1:   "53 and 0", strict: "53",
}}

// datagram is one from the server to the client, in scapy's words, from the
// port it is sent from.
func (c *conversation) datagram(from *station, sport int, payload string) *trial {
	c.ids++
	src, dst, dport := c.server, c.client, c.cport
	if from == c.in {
		src, dst, sport, dport = c.client, c.server, c.cport, c.sport
	}
	return c.send(from, fmt.Sprintf("IP(src=%q,dst=%q,id=%d)/UDP(sport=%d,dport=%d)/%s", src, dst, c.ids, sport, dport, payload))
}

const (
	something = "b'x'"
	dnsQuery  = `DNS(id=7,rd=1,qd=DNSQR(qname="www.example.com"))`
	dnsAnswer = `DNS(id=%d,qr=1,qd=DNSQR(qname="www.example.com"),an=DNSRR(rrname="www.example.com",rdata="192.0.2.80"))`
)

func replies(b *bench) string {
	c := b.talk(5000)
	c.datagram(b.in, 0, something)
	first, passed := c.entry(), 0
	for range 3 {
		passed += len(c.datagram(b.out, c.sport, something).arrived)
	}
	return fmt.Sprintf("%s; %d pass; %s", first, passed, c.entry())
}

func otherPort(b *bench) string {
	c := b.talk(5000)
	c.datagram(b.in, 0, something)
	return c.datagram(b.out, 5001, something).fate()
}

func dnsAnswers(b *bench) string {
	c := b.talk(53)
	c.datagram(b.in, 0, dnsQuery)
	c.datagram(b.out, 53, fmt.Sprintf(dnsAnswer, 8))
	other := c.entry()
	c.datagram(b.out, 53, fmt.Sprintf(dnsAnswer, 7))
	return other + ", " + c.entry()
}

func lateReply(b *bench) string {
	c := b.talk(5000)
	c.datagram(b.in, 0, something)
	eventually("the entry is removed", func() bool { return b.session(c.cport, c.sport) == nil })
	return c.datagram(b.out, c.sport, something).fate()
}

func port0(b *bench) string {
	c := b.talk(53)
	c.datagram(b.in, 0, dnsQuery)
	var ports []string
	for _, f := range b.fwtable(fmt.Sprintf("udp and sport %d", c.cport)) {
		ports = append(ports, f.dport)
	}
	return strings.Join(ports, " and ")
}
