package state

import "sync/atomic"

// known is a bounded set of sources that have shown that they are there: by
// their hashes, each with the time of the last proof. A source can be one of the
// places of its row; if all are taken, the one that was heard least lately gives
// way. A stranger is taken for a source that is known once in half a thousand
// million times.
//
// An entry is 32 bits of the hash and the second of the proof, from 1; 0 is an
// empty place.
type known struct{ reserved[uint64] }

const (
	knownRows  = 1 << 14
	knownPlace = 8    // in a row, which is a line of the processor's cache
	knownFor   = 3600 // seconds that a proof counts
)

func newKnown() known { return known{reserve[uint64](knownRows * knownPlace)} }

func (x *known) row(hash uint64) []uint64 {
	i := int(uint32(hash)%knownRows) * knownPlace
	return x.all[i : i+knownPlace]
}

func knownSecond(now Instant) uint64 { return uint64(uint32(now/1e9)) + 1 }

// has reports whether the source was noted of late.
func (x *known) has(hash uint64, now Instant) bool {
	row, second := x.row(hash), knownSecond(now)
	for i := range row {
		if e := atomic.LoadUint64(&row[i]); e>>32 == hash>>32 && e&0xffffffff != 0 {
			return second < e&0xffffffff+knownFor
		}
	}
	return false
}

// note remembers that the source is there.
func (x *known) note(hash uint64, now Instant) {
	row, entry := x.row(hash), hash>>32<<32|knownSecond(now)
	place, least := &row[0], ^uint64(0)
	for i := range row {
		e := atomic.LoadUint64(&row[i])
		switch {
		case e == entry:
			return
		case e>>32 == hash>>32 && e&0xffffffff != 0:
			atomic.StoreUint64(&row[i], entry)
			return
		case e&0xffffffff < least:
			place, least = &row[i], e&0xffffffff
		}
	}
	atomic.StoreUint64(place, entry)
}
