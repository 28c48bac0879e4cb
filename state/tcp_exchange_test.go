package state

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

// flight is a segment under way, on one of the two hops of its direction.
type flight struct {
	wireSegment
	fromClient, hostile bool
	since               int
}

// exchange is two endpoints, and between them a network that loses,
// overtakes and duplicates on either side of the firewall, with a stranger in it
// who knows everything but sequence numbers.
type exchange struct {
	*rig
	source
	ends      [2]*endpoint // client, server
	near      []flight     // to the firewall
	far       []flight     // from it
	step      int
	current   int             // the one that the firewall's session is of
	strangers map[uint32]bool // initial sequence numbers of the stranger's SYNs
	twin      reference
	passed    int
	tampered  int
}

// never is the conversation that what a stranger makes up is of.
const never = -1 << 30

// lifetime is how many steps a segment lives on a hop: it is overtaken by less
// than a window.
const lifetime = 14

func newExchange(t testing.TB, s source) *exchange {
	scales, talks := []uint8{0, 1, 3, 7, noScale}, new(int)
	c := &exchange{rig: newMasqueradingRig(t), source: s, strangers: map[uint32]bool{}}
	c.ends[0] = &endpoint{source: s, talks: talks, scale: one(s, scales...)}
	c.ends[1] = &endpoint{source: s, talks: talks, scale: one(s, scales...), listens: true, state: endListen}
	return c
}

func TestS09CorrectEndpointsAndAStranger(t *testing.T) {
	passed, tampered, states := 0, 0, map[string]int{}
	for seed := range uint64(40) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			c := newExchange(t, randomSource{rand.New(rand.NewPCG(seed, 7))})
			for c.step = range 1500 {
				c.now += Instant(time.Millisecond)
				c.move()
				for _, v := range c.list() {
					states[v.State]++
				}
			}
			passed, tampered = passed+c.passed, tampered+c.tampered
		})
	}
	t.Logf("%d segments of endpoints, %d of a stranger; steps in each state: %v", passed, tampered, states)
	for p := synSent; p <= reset; p++ {
		if p != synSent2 && states[phaseWords[p]] < 50 {
			t.Errorf("hardly ever %s", phaseWords[p])
		}
	}
}

// move is one thing that happens.
func (c *exchange) move() {
	switch n := c.pick(100); {
	case n < 35:
		client := c.pick(2) == 0
		c.sends(c.end(client).act(), client)
	case n < 60:
		c.arrive(&c.near, c.judge)
	case n < 88:
		c.arrive(&c.far, c.deliver)
	case n < 98:
		c.tamper()
	default:
		c.upheaval()
	}
}

func (c *exchange) end(client bool) *endpoint {
	if client {
		return c.ends[0]
	}
	return c.ends[1]
}

// upheaval begins and ends conversations, properly or not.
func (c *exchange) upheaval() {
	client, server := c.ends[0], c.ends[1]
	switch n := c.pick(30); {
	case client.state == endClosed:
		client.begin(endSynSent)
	case n == 0:
		client.end() // it crashes, and says nothing
	case n == 1 && server.state == endOpen:
		server.end()
	case n == 2 && client.state == endOpen:
		c.sends(client.abort(), true)
	case n == 3 && server.state == endOpen:
		c.sends(server.abort(), false)
	}
}

func (c *exchange) sends(segments []wireSegment, fromClient bool) {
	for _, g := range segments {
		c.launch(&c.near, flight{wireSegment: g, fromClient: fromClient})
	}
}

// launch puts a segment on a hop, where it may be lost or doubled.
func (c *exchange) launch(hop *[]flight, f flight) {
	f.since = c.step
	switch c.pick(30) {
	case 0:
		return
	case 1:
		*hop = append(*hop, f)
	}
	*hop = append(*hop, f)
}

// arrive takes a segment off a hop, the first or another, unless it is too old.
func (c *exchange) arrive(hop *[]flight, to func(flight)) {
	for len(*hop) > 0 {
		i := 0
		if c.pick(3) == 0 {
			i = c.pick(len(*hop))
		}
		f := (*hop)[i]
		*hop = append((*hop)[:i], (*hop)[i+1:]...)
		if c.step-f.since <= lifetime {
			to(f)
			return
		}
	}
}

func (c *exchange) deliver(f flight) {
	e := c.end(!f.fromClient)
	c.sends(e.receive(&f.wireSegment), !f.fromClient)
}

// judge has the firewall see a segment, and holds it to its promises.
func (c *exchange) judge(f flight) {
	before, had := c.record()
	in, p := f.packet()
	m, reason := c.send(in, p)
	after, has := c.record()
	if reason == netstack.ReasonNone {
		c.launch(&c.far, f)
	}
	if c.twin.judges(before.phase) && had {
		c.twin.check(c.TB, &f, reason, m.Condition, &before, &after)
	}
	if has && (!had || before.serial != after.serial || before.peer[Reply].seqLo != after.peer[Reply].seqLo && f.flags == synAck) {
		c.current = f.talk
	}
	switch {
	case reason != netstack.ReasonNone && has && before != after:
		c.Fatalf("step %d: %s refused, %v, and it changed the session\nfrom %+v\nto   %+v", c.step, &f, reason, before, after)
	case f.hostile && had && blind(before) != blind(after):
		c.Fatalf("step %d: a stranger's %s changed the session\nfrom %+v\nto   %+v", c.step, &f, before, after)
	case reason != netstack.ReasonNone && !f.hostile && c.concerns(&f):
		c.Fatalf("step %d: %s of a correct endpoint refused, %v, %v\nin %+v\nclient %+v\nserver %+v", c.step, &f, reason, m.Condition, before, c.ends[0], c.ends[1])
	}
	c.twin.learn(&f, reason, before, after)
	c.passed++
}

// concerns reports whether a segment must pass: it is of the conversation that
// the firewall's session is of, or of one that both ends are in, or the client's
// way into one. What is left of older ones need not pass, nor a SYN-ACK to a SYN
// that the stranger's has taken the place of.
func (c *exchange) concerns(f *flight) bool {
	client, server := c.ends[0], c.ends[1]
	s, _ := c.record()
	switch {
	case f.flags == synAck:
		return f.answers == client.talk && !c.strangers[s.newSYN]
	case client.state == endSynSent:
		return f.talk == client.talk
	}
	return f.talk == c.current || f.talk == client.talk && f.talk == server.talk
}

// record returns the session, if there is one.
func (c *exchange) record() (session, bool) {
	views := c.list()
	if len(views) == 0 {
		return session{}, false
	}
	s := *c.sessions.at(ref(views[0].ID % uint64(c.sessions.max+1)))
	return s, true
}

// blind is a session without what a packet that passes may change that proves
// nothing: counters, and what is remembered until somebody else agrees.
func blind(s session) session {
	s.packets, s.bytes, s.seen, s.newSYN, s.newScale = [2]uint64{}, [2]uint64{}, 0, 0, 0
	s.flags &^= Replied
	for d := range s.peer {
		s.peer[d].flags &^= newSYN | newData | challenged | crossed
	}
	if s.phase == synSent {
		s.peer[Reply] = peer{ack: s.peer[Reply].ack}
	}
	if s.phase == synSent || s.phase.over() {
		s.expires, s.timer = 0, 0
	}
	return s
}

// tamper has the stranger send something, to either end, with any numbers that
// are not the right ones by chance.
func (c *exchange) tamper() {
	f := flight{fromClient: c.pick(2) == 0, hostile: true}
	f.flags = one(c.source, syn, synAck, ack, ack|psh, ack|fin, rst, rst|ack)
	f.seq, f.ack = c.guess(), c.guess()
	f.win, f.scale = uint32(c.pick(1<<16)), one[uint8](c.source, 0, 7, noScale)
	if f.flags&syn == 0 && c.pick(2) == 0 {
		f.len = uint32(c.pick(3000))
	}
	f.talk = never
	if f.flags == syn {
		c.strangers[f.seq] = true
	}
	c.tampered++
	if c.pick(8) == 0 {
		c.forgeError(&f)
		return
	}
	c.judge(f)
}

// guess is a number that is nowhere near those in use.
func (c *exchange) guess() uint32 {
	for {
		n := uint32(c.pick(1<<16))<<16 | uint32(c.pick(1<<16))
		near := n+1<<20 < 1<<21
		for _, e := range c.ends {
			near = near || n-e.una+1<<20 < 1<<21 || n-e.rcv+1<<20 < 1<<21
		}
		if s, ok := c.record(); ok {
			for _, p := range s.peer {
				near = near || n-p.seqLo+1<<20 < 1<<21 || n-p.ack+1<<20 < 1<<21
			}
			near = near || n-s.newSYN+1<<20 < 1<<21
		}
		if !near {
			return n
		}
	}
}

// forgeError is an ICMP error about a segment that was never sent.
func (c *exchange) forgeError(f *flight) {
	before, had := c.record()
	about := flight{wireSegment: f.wireSegment, fromClient: !f.fromClient}
	_, quoted := about.leaving()
	in, p := outside, nettest.Unreachable("198.51.100.9", "192.0.2.1", 1, quoted)
	if f.fromClient {
		in, p = inside, nettest.Unreachable("10.1.0.9", "1.1.1.1", 1, quoted)
	}
	if m, reason := c.send(in, p); reason != netstack.ICMPUnrelated {
		c.Fatalf("step %d: an error about %s: %v, %+v", c.step, &about, reason, m)
	}
	if after, _ := c.record(); had && after != before {
		c.Fatalf("step %d: an error about %s changed the session", c.step, &about)
	}
}

func (f *flight) options() []nettest.Option {
	o := []nettest.Option{nettest.Flags(flagLetters(uint8(f.flags))), nettest.Seq(f.seq), nettest.Ack(f.ack), nettest.Window(uint16(f.win))}
	if f.scale != noScale && f.has(syn) {
		o = append(o, nettest.TCPOptions(1, 3, 3, f.scale))
	}
	if len(f.sacks) > 0 {
		b := []byte{1, 1, 5, byte(2 + 8*len(f.sacks))}
		for _, s := range f.sacks {
			b = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(b, s[0]), s[1])
		}
		o = append(o, nettest.TCPOptions(b...))
	}
	return append(o, data(int(f.len)))
}

func flagLetters(flags uint8) (letters string) {
	for i, l := range "FSRPAU" {
		if flags>>i&1 != 0 {
			letters += string(l)
		}
	}
	return letters
}

// packet is the segment on its way to the firewall, leaving from it.
func (f *flight) packet() (netstack.Side, nettest.Packet) {
	if f.fromClient {
		return inside, nettest.TCP("10.1.0.5:40000", "1.1.1.1:443", f.options()...)
	}
	return outside, nettest.TCP("1.1.1.1:443", "192.0.2.1:40000", f.options()...)
}

func (f *flight) leaving() (netstack.Side, nettest.Packet) {
	if f.fromClient {
		return outside, nettest.TCP("192.0.2.1:40000", "1.1.1.1:443", f.options()...)
	}
	return inside, nettest.TCP("1.1.1.1:443", "10.1.0.5:40000", f.options()...)
}

func (f *flight) String() string {
	who := "server"
	if f.fromClient {
		who = "client"
	}
	return fmt.Sprintf("%s's %s seq %d len %d ack %d win %d talk %d", who, flagLetters(uint8(f.flags)), f.seq, f.len, f.ack, f.win, f.talk)
}
