package state

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"sallyport/netstack"
)

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
	count     tally
}

// tally counts segments: those of the endpoints that the firewall saw, those of
// them that it refused because they are left from something that is over, and
// the stranger's.
type tally struct{ honest, left, strange int }

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
	total, states := tally{}, map[string]int{}
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
			total.honest, total.left, total.strange = total.honest+c.count.honest, total.left+c.count.left, total.strange+c.count.strange
		})
	}
	t.Logf("%+v; steps in each state: %v", total, states)
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
	switch {
	case f.hostile:
		c.count.strange++
	case reason != netstack.ReasonNone:
		c.count.left++
		fallthrough
	default:
		c.count.honest++
	}
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
