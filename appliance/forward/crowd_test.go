package forward

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"gvisor.dev/gvisor/pkg/tcpip/header"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
	"sallyport/state"
)

// crowd is an engine with n established connections, masqueraded, of as many
// hosts, and frames for packets of any of them. No segment may be fragmented, as
// TCP has it that looks for its path's MTU (RFC 1191).
type crowd struct {
	*rig
	n        int
	segments [3][]byte // of host 0: SYN, SYN-ACK from the server, ACK
	frames   []*netstack.Frame
	offload  netstack.Offload
}

// spare is how many sessions there is room for besides.
const spare = 5000

// hostsPerAddress is how many connections an external address carries here.
const hostsPerAddress = 50000

func newCrowd(n int) *crowd {
	c := &crowd{rig: newRig(&testing.T{}, outward()), n: n}
	c.engine.Table = state.NewTable(state.Limits{MaxSessions: n + spare}, state.DefaultTimeouts(), state.Seed{1})
	parts := []nettest.Packet{
		nettest.TCP("10.0.0.0:1024", server, nettest.Flags("S"), nettest.Seq(1000), nettest.Partial(), nettest.DF()),
		nettest.TCP(server, "11.0.0.0:1024", nettest.Flags("AS"), nettest.Seq(5000), nettest.Ack(1001), nettest.Partial(), nettest.DF()),
		nettest.TCP("10.0.0.0:1024", server, nettest.Flags("A"), nettest.Seq(1001), nettest.Ack(5001), nettest.Partial(), nettest.DF()),
	}
	for i, p := range parts {
		f := p.Frame()
		c.segments[i], c.offload = append([]byte(nil), f.Bytes()...), f.Offload
	}
	c.frames = netstack.NewFrames(batch)
	for i := range n {
		c.connect(i)
	}
	return c
}

// connect takes host i through its handshake.
func (c *crowd) connect(i int) {
	var p netstack.Packet
	pool := netstack.Pool{Parts: []netstack.PoolPart{{
		First: netstack.Addr{Lo: 0xffff<<32 | 11<<24 | uint64(i/hostsPerAddress)},
		Last:  netstack.Addr{Lo: 0xffff<<32 | 11<<24 | uint64(i/hostsPerAddress)},
		Ports: []netstack.PortRange{{First: 1024, Last: 65535}},
	}}}
	a := state.Admission{Out: out, Generation: c.engine.Load().Generation, Translation: netstack.Translation{Pool: &pool}}
	p.Parse(in, c.fromClient(0, 0, i))
	if _, r := c.engine.Table.Open(&p, a, c.now); r != netstack.ReasonNone {
		panic(fmt.Sprint(i, r))
	}
	f := c.frame(0, 1)
	b := f.Bytes()
	binary.BigEndian.PutUint32(b[16:], 11<<24|uint32(i/hostsPerAddress))
	binary.BigEndian.PutUint16(b[22:], uint16(1024+i%hostsPerAddress))
	repair(b)
	for _, side := range []netstack.Side{out, in} {
		p.Parse(side, f)
		if m, r := c.engine.Table.Track(&p, c.now); m.Session == 0 || r != netstack.ReasonNone {
			panic(fmt.Sprint(i, side, r))
		}
		f = c.fromClient(0, 2, i)
	}
}

func (c *crowd) frame(slot, segment int) *netstack.Frame {
	f := c.frames[slot]
	f.SetLen(copy(f.Space(), c.segments[segment]))
	f.Offload = c.offload
	return f
}

// fromClient makes a frame the segment of host i.
func (c *crowd) fromClient(slot, segment, i int) *netstack.Frame {
	f := c.frame(slot, segment)
	b := f.Bytes()
	binary.BigEndian.PutUint32(b[12:], 10<<24|uint32(i))
	binary.BigEndian.PutUint16(b[20:], uint16(1024+i%hostsPerAddress))
	repair(b)
	return f
}

// newcomer makes a frame the SYN of a connection that there is not.
func (c *crowd) newcomer(slot int, random *rand.Rand) {
	b := c.fromClient(slot, 0, 1<<16+2+random.IntN(250)).Bytes() // 10.1.0.2 and on
	binary.BigEndian.PutUint16(b[20:], uint16(1<<16-1-random.IntN(10000)))
}

// repair puts the header's checksum right.
func repair(b []byte) {
	h := header.IPv4(b)
	h.SetChecksum(0)
	h.SetChecksum(^h.CalculateChecksum())
}

// BenchmarkDecideBatch is a segment of a random connection of many, translated,
// as a worker meets it: among 64 others, or alone.
func BenchmarkDecideBatch(b *testing.B) {
	for _, n := range []int{1000, 1000000} {
		c := sync.OnceValue(func() *crowd { return newCrowd(n) })
		for _, size := range []int{batch, 1} {
			b.Run(fmt.Sprintf("%d sessions, %d at a time", n, size), func(b *testing.B) { c().measure(b, size) })
		}
	}
}

func (c *crowd) measure(b *testing.B, size int) {
	random := rand.New(rand.NewPCG(1, 1))
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N/size + 1 {
		c.batch(b, size, random)
	}
}

// batch has so many packets of random hosts decided.
func (c *crowd) batch(b *testing.B, size int, random *rand.Rand) {
	for i := range size {
		c.fromClient(i, 2, random.IntN(c.n))
	}
	c.lane.lookAhead(in, c.frames[:size])
	for i, f := range c.frames[:size] {
		var o Outcome
		if c.lane.decide(i, in, f, c.reply, c.now, &o); o.Verdict != netstack.Pass {
			b.Error(o)
		}
	}
}

// BenchmarkWorkers is the same with several workers at one table, each with
// hosts of all, and with new connections among the packets: as many as come are
// ended. The time is that of a packet, whichever worker had it. Told besides is
// how many of 1000 packets found a lock taken that they needed.
func BenchmarkWorkers(b *testing.B) {
	c := sync.OnceValue(func() *crowd { return newCrowd(100000) })
	for _, percent := range []int{0, 1, 10} {
		for _, n := range []int{1, 2, 4, 8, 16} {
			b.Run(fmt.Sprintf("%d%% new, %d", percent, n), func(b *testing.B) { c().workers(b, n, percent) })
		}
	}
}

func (c *crowd) workers(b *testing.B, n, percent int) {
	before := c.engine.Table.Stats().Waits
	var workers sync.WaitGroup
	b.ResetTimer()
	for i := range n {
		w := c.worker()
		random := rand.New(rand.NewPCG(1, uint64(i)))
		workers.Go(func() {
			for range b.N/batch/n + 1 {
				w.mixed(b, percent, random)
			}
		})
	}
	workers.Wait()
	b.ReportMetric(float64(c.engine.Table.Stats().Waits-before)*1000/float64(b.N), "waits/1000")
}

// worker returns the crowd with a lane of its own.
func (c *crowd) worker() *crowd {
	w, r := *c, *c.rig
	w.rig, w.frames = &r, netstack.NewFrames(batch)
	r.lane, r.reply = NewLane(c.engine), netstack.NewFrame()
	return &w
}

// mixed has a batch of packets decided, so many of a hundred of which begin a
// connection, and then ends those.
func (c *crowd) mixed(b *testing.B, percent int, random *rand.Rand) {
	for i := range batch {
		if random.IntN(100) < percent {
			c.newcomer(i, random)
		} else {
			c.fromClient(i, 2, random.IntN(c.n))
		}
	}
	var begun [batch]uint64
	c.lane.lookAhead(in, c.frames)
	for i, f := range c.frames {
		var o Outcome
		c.lane.decide(i, in, f, c.reply, c.now, &o)
		if o.Verdict != netstack.Pass {
			b.Error(o)
		}
		if c.lane.pkt.TCPFlags&header.TCPFlagSyn != 0 {
			begun[i] = o.Session
		}
	}
	for _, id := range begun {
		if id != 0 {
			c.engine.Table.Kill(id)
		}
	}
}
