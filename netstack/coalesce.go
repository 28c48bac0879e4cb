package netstack

// Offloads are the kinds of super-packets that a device takes.
type Offloads uint8

const (
	TSO Offloads = 1 << iota // TCP segments, of both IP versions
	USO                      // UDP datagrams, of both IP versions
)

// Offloader is a Link that takes super-packets which were made here. One that is
// none takes only those that it, or its like, delivered.
type Offloader interface {
	Link
	Offloads() Offloads
}

// openTrains is how many flows a Coalescer merges at a time. The kernel's GRO
// has 64 in a table; a batch seldom has more than a few that send much. With
// four of them in turn, one open train leaves more than four times the writes.
const openTrains = 8

// Coalescer merges packets that leave together into super-packets, as the
// kernel's GRO does and under its rules (net/core/gro.c): what the kernel makes
// of a super-packet at the other end is what was merged, so that nobody there
// can tell. Only the identification of IPv4 packets that all have the same, and
// may not be fragmented, is counted up; it means nothing (RFC 6864).
//
// Packets of one flow keep their order. Those of others may come before them.
//
// The zero Coalescer merges nothing. It is used by one goroutine at a time.
type Coalescer struct {
	takes  Offloads
	trains [openTrains]train
	open   int // trains[:open] may still grow
	next   segment
}

// NewCoalescer returns one for a device that takes these super-packets.
func NewCoalescer(takes Offloads) *Coalescer { return &Coalescer{takes: takes} }

// Merge merges what it can of the frames' packets, and returns the frames that
// are to be sent, in the order of their first packets and in the memory of
// frames. Every packet has passed Parse and ChecksumOK, or was made by this
// package: a merged one's checksum is made anew and so vouched for.
func (c *Coalescer) Merge(frames []*Frame) []*Frame {
	if c.takes == 0 || len(frames) < 2 {
		return frames
	}
	kept := frames[:0]
	for _, f := range frames {
		if !c.absorb(f) {
			kept = append(kept, f)
		}
	}
	c.closeAll()
	return kept
}

// absorb reports whether f is now part of an earlier frame.
func (c *Coalescer) absorb(f *Frame) bool {
	s := &c.next
	if !s.read(f) {
		c.closeAll() // whichever flow it is of, nothing behind overtakes it
		return false
	}
	i := c.find(&s.flow)
	if i >= 0 && c.trains[i].takes(s) {
		if c.trains[i].add(s); c.trains[i].full(s) {
			c.close(i)
		}
		return true
	}
	if i >= 0 {
		c.close(i)
	}
	if s.begins(c.takes) {
		c.begin(s)
	}
	return false
}

// find returns which open train is of the flow, or -1.
func (c *Coalescer) find(flow *FlowKey) int {
	for i := range c.trains[:c.open] {
		if c.trains[i].flow == *flow {
			return i
		}
	}
	return -1
}

// begin opens a train with s at its head.
func (c *Coalescer) begin(s *segment) {
	if c.open == openTrains {
		c.close(0)
	}
	c.trains[c.open].start(s)
	c.open++
}

// close ends train i.
func (c *Coalescer) close(i int) {
	c.trains[i].finish()
	c.open--
	c.trains[i] = c.trains[c.open]
}

func (c *Coalescer) closeAll() {
	for i := range c.trains[:c.open] {
		c.trains[i].finish()
	}
	c.open = 0
}
