package state

import (
	"errors"
	"hash/crc32"
	"time"
)

// Theory of operation of snapshots
//
// A snapshot is the sessions of a table in a file, from which another table,
// with another secret and perhaps other limits and rules, takes them up again.
// All numbers are little endian:
//
//	preface  magic, version, size of a record, when it was taken by both clocks
//	records  the sessions, each of the same size; see saved.fields
//	names    of rules, which the records refer to by number; see names
//	trailer  how many records, and bytes of names; CRC-32C of all before the sum
//
// What can be derived is not saved: neither the index, which depends on the
// table's secret, nor the endpoints of mappings, which are in the keys of the
// sessions that hold them; only how they behave is saved, with each. So a snapshot cannot contradict itself about who has which port.
//
// Nothing is held up while it is taken: records are copied in pieces, with the
// lock held for each, and sessions come and go in between. A session that ended
// after it was copied may so be in the file together with one that took its
// flow or its port since. The later copy is the true one. Therefore the records
// are read backwards, and who comes first keeps what he has; and they are
// written from the table's last to its first, so that the order of listings
// survives.
//
// A restored session has a new id: ids say where a record is, and a table that
// was full once is not to be as large for ever.

// Moment is one moment by the table's clock, which starts anew with each
// process, and by the wall clock, which they share.
type Moment struct {
	Instant Instant
	Wall    time.Time
}

// ErrForeign is what Restore says of a file that is no snapshot of any version.
var ErrForeign = errors.New("not a snapshot of sessions")

// magic begins every snapshot, of any version.
const magic = "SALLYPRT"

// snapshotVersion goes up when saved.fields does.
const snapshotVersion = 2

// preface follows the magic.
type preface struct {
	version, recordSize uint32
	at                  Instant
	wall                int64 // nanoseconds since 1970
	last                bool  // no packet passed after it
}

func (h *preface) fields(c *codec) {
	u32(c, &h.version)
	u32(c, &h.recordSize)
	u64(c, &h.at)
	u64(c, &h.wall)
	word(c, savedBools, &h.last)
}

// trailer ends the file.
type trailer struct {
	records uint64 // how many
	names   uint64 // bytes
	sum     uint32
}

func (t *trailer) sizes(c *codec) {
	u64(c, &t.records)
	u64(c, &t.names)
}

func (t *trailer) check(c *codec) { u32(c, &t.sum) }

var (
	prefaceSize = len(magic) + sizeOf(new(preface).fields)
	recordSize  = sizeOf(new(saved).fields)
	sizesSize   = sizeOf(new(trailer).sizes)
	sumSize     = sizeOf(new(trailer).check)
)

// castagnoli is the polynomial that processors have an instruction for. Its sum
// finds every change of up to 32 bits in a row.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)
