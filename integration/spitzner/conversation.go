package main

import (
	"fmt"
	"strings"

	"sallyport/appliance/control"
)

// conversation is one between a client inside and a server outside, both made
// of packets alone.
type conversation struct {
	*bench
	client, server string
	cport, sport   int
	next           [2]uint32 // sequence numbers that the client and the server go on with
}

// talk returns a conversation of ghosts that has not begun.
func (b *bench) talk(sport int) *conversation {
	return &conversation{b, clientGhost, serverGhost, b.port(), sport, [2]uint32{1000, 5000}}
}

// segment is one of TCP, with scapy's letters for its flags. Its numbers are
// what the conversation is at, moved by seq and ack.
type segment struct {
	flags    string
	seq, ack uint32
	data     int // bytes
	options  string
}

// fromClient sends a segment outwards.
func (c *conversation) fromClient(s segment) *trial { return c.send(c.in, c.outward(s)) }

// fromServer sends one inwards.
func (c *conversation) fromServer(s segment) *trial { return c.send(c.out, c.inward(s)) }

// send tries what a scapy expression makes.
func (b *bench) send(from *station, expression string) *trial {
	return b.try(from, func() error { return from.crafter.send(expression) })
}

func (c *conversation) outward(s segment) string {
	return c.make(0, c.client, c.server, c.cport, c.sport, s)
}

func (c *conversation) inward(s segment) string {
	return c.make(1, c.server, c.client, c.sport, c.cport, s)
}

// make is a segment in scapy's words. The conversation moves on by it, if it is
// in sequence.
func (c *conversation) make(who int, src, dst string, sport, dport int, s segment) string {
	c.ids++
	seq, ack := c.next[who]+s.seq, c.next[1-who]+s.ack
	if s.seq == 0 {
		c.next[who] += uint32(s.data + strings.Count(s.flags, "S") + strings.Count(s.flags, "F"))
	}
	if !strings.Contains(s.flags, "A") {
		ack = 0
	}
	return fmt.Sprintf("IP(src=%q,dst=%q,id=%d)/TCP(sport=%d,dport=%d,flags=%q,seq=%d,ack=%d,options=[%s])/(b'x'*%d)",
		src, dst, c.ids, sport, dport, s.flags, seq, ack, s.options, s.data)
}

// open takes the conversation through its handshake.
func (c *conversation) open() *conversation {
	must(c.in.crafter.send(c.outward(segment{flags: "S"})))
	c.settle(c.in, c.fw.log.mark())
	must(c.out.crafter.send(c.inward(segment{flags: "SA"})))
	c.settle(c.out, c.fw.log.mark())
	must(c.in.crafter.send(c.outward(segment{flags: "A"})))
	c.settle(c.in, c.fw.log.mark())
	return c
}

// entry says what the table has of the conversation.
func (c *conversation) entry() string { return c.entryOf(c.cport, c.sport) }

// entryOf says what the table has of a conversation on these ports.
func (b *bench) entryOf(sport, dport int) string {
	s := b.session(sport, dport)
	if s == nil {
		return "no entry"
	}
	return fmt.Sprintf("entry of %d s", s.TimeoutTotal)
}

// session returns the session of these ports, nil if there is none.
func (b *bench) session(sport, dport int) *control.Session {
	found := list[control.Session](b.fw, "sessions", fmt.Sprintf("sport %d and dport %d", sport, dport))
	switch len(found) {
	case 0:
		return nil
	case 1:
		return &found[0]
	}
	must(fmt.Errorf("%d sessions from port %d to %d", len(found), sport, dport))
	return nil
}
