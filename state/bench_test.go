package state

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"runtime/debug"
	"testing"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

// crowd is a table with n masqueraded UDP sessions from as many hosts, and a
// packet that can be made any of theirs.
type crowd struct {
	*Table
	n int
	p *netstack.Packet
	a []Admission
}

func newCrowd(b testing.TB, n int) *crowd {
	c := &crowd{Table: NewTable(Limits{MaxSessions: n}, DefaultTimeouts(), Seed{3}), n: n}
	c.p = nettest.UDP("10.0.0.0:40000", "1.1.1.1:53", data(64)).Parse(b, inside)
	for i := range n/60000 + 1 {
		p := pool(fmt.Sprintf("192.0.2.%d", i+1), 1024, 65535)
		c.a = append(c.a, Admission{Out: outside, Translation: netstack.Translation{Pool: p}})
	}
	return c
}

// from makes the packet one of session i.
func (c *crowd) from(i int) *netstack.Packet {
	c.p.Flow.Src.Lo = 0xffff<<32 | 10<<24 | uint64(i)
	c.p.Flow.SrcPort = uint16(1024 + i%60000)
	return c.p
}

func (c *crowd) fill(b testing.TB) *crowd {
	for i := range c.n {
		if _, r := c.Open(c.from(i), c.a[i/60000], 0); r != netstack.ReasonNone {
			b.Fatalf("session %d: %v", i, r)
		}
	}
	return c
}

var sizes = []int{1000, 1000000}

// BenchmarkTrack is a packet of a random session.
func BenchmarkTrack(b *testing.B) {
	for _, n := range sizes {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			c := newCrowd(b, n).fill(b)
			random := rand.New(rand.NewPCG(1, 1))
			b.ReportAllocs()
			b.ResetTimer()
			for range b.N {
				if _, r := c.Track(c.from(random.IntN(n)), 1); r != netstack.ReasonNone {
					b.Fatal(r)
				}
			}
		})
	}
}

// BenchmarkTrackBatch is the same as a worker does it, 64 packets at a time.
func BenchmarkTrackBatch(b *testing.B) {
	for _, n := range sizes {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			c := newCrowd(b, n).fill(b)
			random := rand.New(rand.NewPCG(1, 1))
			var packets [64]netstack.Packet
			var places [64]Place
			b.ReportAllocs()
			b.ResetTimer()
			for range b.N/len(packets) + 1 {
				for i := range packets {
					packets[i] = *c.from(random.IntN(n))
					places[i] = c.Foresee(&packets[i])
				}
				c.Approach(places[:])
				for i := range packets {
					var m Match
					if r := c.TrackAt(places[i], &packets[i], 1, &m); r != netstack.ReasonNone {
						b.Fatal(r)
					}
				}
			}
		})
	}
}

// BenchmarkTrackTCP is one segment of an established connection, and its
// acknowledgement, after another.
func BenchmarkTrackTCP(b *testing.B) {
	v := newTalk(b, starts[0], establishedWay)
	parse := func(s segmentSpec) *netstack.Packet {
		in, p := s.build(v)
		return p.Parse(b, in)
	}
	up, down := parse(fromClient("PA", 1, 1, data(1000))), parse(fromServer("A", 1, 1001))
	seq, ack := up.TCP()[4:8], down.TCP()[8:12]
	b.ReportAllocs()
	for i := range b.N {
		binary.BigEndian.PutUint32(seq, uint32(1001+i*1000))
		binary.BigEndian.PutUint32(ack, uint32(2001+i*1000))
		for _, p := range []*netstack.Packet{up, down} {
			if _, r := v.Track(p, v.now); r != netstack.ReasonNone {
				b.Fatal(r)
			}
		}
	}
}

// BenchmarkOpen is a session begun and another ended, in a full table.
func BenchmarkOpen(b *testing.B) {
	for _, n := range sizes {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			c := newCrowd(b, n).fill(b)
			b.ReportAllocs()
			b.ResetTimer()
			for i := range b.N {
				m, _ := c.Track(c.from(i%n), 1)
				c.Kill(m.Session)
				if _, r := c.Open(c.p, c.a[i%n/60000], 1); r != netstack.ReasonNone {
					b.Fatal(r)
				}
			}
		})
	}
}

// BenchmarkSweep is a record looked at.
func BenchmarkSweep(b *testing.B) {
	c := newCrowd(b, 1000000).fill(b)
	b.ResetTimer()
	for range b.N/64 + 1 {
		c.Sweep(1, 64)
	}
}

// BenchmarkMemory reports what a session costs in memory, everything counted.
func BenchmarkMemory(b *testing.B) {
	for _, n := range []int{1000000, 800000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			var before, after int
			for range b.N {
				before = resident(b)
				c := newCrowd(b, n).fill(b)
				after = resident(b)
				runtime.KeepAlive(c)
			}
			b.ReportMetric(float64(after-before)/float64(n), "bytes/session")
		})
	}
}

// resident returns how many bytes of memory the process has, without garbage.
func resident(b *testing.B) (pages int) {
	for range 2 { // what was mapped is unmapped after a collection
		debug.FreeOSMemory()
	}
	statm, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		b.Skip(err)
	}
	if _, err := fmt.Sscan(string(statm), new(int), &pages); err != nil {
		b.Fatal(err)
	}
	return pages * os.Getpagesize()
}

// BenchmarkPorts is a port found when all but some of a pool's are lent out.
func BenchmarkPorts(b *testing.B) {
	ranges := []netstack.PortRange{{First: 1024, Last: 65535}}
	for _, percent := range []int{10, 90, 99} {
		b.Run(fmt.Sprintf("%d%%", percent), func(b *testing.B) {
			random := rand.New(rand.NewPCG(1, 1))
			space := newPortRig(random)
			for i := range 1 << 16 {
				if i*37%100 < percent && i != 40000 {
					space.take(uint16(i))
				}
			}
			space.take(40000)
			b.ResetTimer()
			for range b.N {
				if _, ok := space.choose(ranges, 40000, always); !ok {
					b.Fatal("none")
				}
			}
		})
	}
}
