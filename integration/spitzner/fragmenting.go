package main

import (
	"fmt"
	"time"
)

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
	return b.lose(1, func() error { return b.in.crafter.send("fragment(" + c.outward(sixty) + ", fragsize=24)[:1]") }).fateAndLog()
}

// lose has so many fragments sent, and waits until the firewall has given up
// those that do not pass.
func (b *bench) lose(fragments int, send func() error) *trial {
	return b.try(b.in, func() error {
		before, mark := sum(b.fw.refused()), b.out.sniffer.mark()
		err := send()
		within(fragmentPatience, func() bool {
			return sum(b.fw.refused())-before+fragmentsOf(b.out.sniffer.since(mark)) >= fragments
		})
		return err
	})
}

// fragmentsOf counts the fragments among packets.
func fragmentsOf(all []packet) (n int) {
	for _, p := range all {
		if p.offset > 0 || p.more {
			n++
		}
	}
	return n
}

func sum(counts map[string]uint64) (n int) {
	for _, c := range counts {
		n += int(c)
	}
	return n
}

// jolt2 is the tool's packet: the last bytes that a datagram can have, and never
// a first one.
func jolt2(b *bench) string {
	server := newEcho(b.out.host)
	defer server.Close()
	through := "no client gets through"
	t := b.lose(300, func() error {
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
	log := "not logged"
	if len(t.logged) > 0 {
		log = "logged"
	}
	return fmt.Sprintf("%d pass, %s; %s", fragmentsOf(t.arrived), log, through)
}

func shortScan(b *bench) string {
	return b.lose(2, b.nmap(b.port(), 25, "-sS", "-ff")).fateAndLog()
}

func wholeScan(b *bench) string {
	return b.try(b.in, b.nmap(b.port(), 25, "-sS", "--mtu", "24", "--data-length", "30")).sizes()
}

// longHeader has 20 bytes of TCP options, so that some come only with the
// second fragment.
func longHeader(b *bench) string {
	c := b.talk(25)
	syn := c.outward(segment{flags: "S", options: "('MSS',1460),('SAckOK',b''),('Timestamp',(1,0)),('NOP',None),('WScale',7)", data: 20})
	return b.lose(3, func() error { return b.in.crafter.send("fragment(" + syn + ", fragsize=24)") }).sizes()
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
	return b.lose(3, func() error { return b.in.crafter.send(fragments) }).fateAndLog()
}
