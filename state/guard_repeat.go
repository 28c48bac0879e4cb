package state

import "sync/atomic"

// repeats is a bounded set of SYNs that were refused: by the hashes of their
// flows and sequence numbers, each with the time when it came first. A client
// sends its SYN again after a second (RFC 6298 2.1), and then after two more; so
// one counts as repeated that is at least half a second old, and at most
// seventeen. Two that come together, as by a network that doubles packets, do not.
//
// At 200 000 SYNs a second, one is forgotten within a second in ten million
// times, and at 400 000 in five hundred: of a row of sixteen places, the oldest
// gives way. A SYN is taken for another once in a million times, however many
// were noted. So a flood of any rate begins a session or less a second by mistake.
//
// An entry is 24 bits of the hash, not 0, and 8 bits of the time in quarters of
// a second, so that it counts for young again after a minute: it is the same SYN
// still. 0 is an empty place.
type repeats struct{ reserved[uint32] }

const (
	repeatRows  = 1 << 16
	repeatPlace = 16 // in a row, which is a line of the processor's cache
	// repeatTick is the logarithm of the unit of time, in nanoseconds.
	repeatTick  = 28
	repeatLeast = 3 // ticks: more than two have passed, 0.54 s
	repeatMost  = 64
)

func newRepeats() repeats { return repeats{reserve[uint32](repeatRows * repeatPlace)} }

func (x *repeats) row(hash uint64) []uint32 {
	i := int(uint32(hash)%repeatRows) * repeatPlace
	return x.all[i : i+repeatPlace]
}

// repeatTag is the part of an entry that tells SYNs.
func repeatTag(hash uint64) uint32 { return max(uint32(hash>>40), 1) << 8 }

// repeatAge is how many ticks ago an entry was made.
func repeatAge(e uint32, now Instant) uint8 { return uint8(now>>repeatTick) - uint8(e) }

// has reports whether the SYN was noted some time ago.
func (x *repeats) has(hash uint64, now Instant) bool {
	row, tag := x.row(hash), repeatTag(hash)
	for i := range row {
		if e := atomic.LoadUint32(&row[i]); e&^0xff == tag {
			age := repeatAge(e, now)
			return age >= repeatLeast && age <= repeatMost
		}
	}
	return false
}

// note remembers a SYN, unless it is remembered already and young.
func (x *repeats) note(hash uint64, now Instant) {
	row, tag := x.row(hash), repeatTag(hash)
	entry := tag | uint32(uint8(now>>repeatTick))
	place, most := &row[0], -1
	for i := range row {
		e := atomic.LoadUint32(&row[i])
		age := int(repeatAge(e, now))
		switch {
		case e&^0xff == tag:
			if age >= repeatLeast {
				atomic.StoreUint32(&row[i], entry)
			}
			return
		case e == 0:
			age = 256
		}
		if age > most {
			place, most = &row[i], age
		}
	}
	atomic.StoreUint32(place, entry)
}
