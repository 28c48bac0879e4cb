package state

import (
	"io"
	"time"

	"sallyport/netstack"
)

// Known says what of a snapshot still means something. All functions must be
// set.
type Known struct {
	// Generation is of the policy that is asked here.
	Generation uint32
	// Rule returns the number of the rule of that name; false if there is none, or
	// if it lets nothing in any more.
	Rule func(name string) (uint32, bool)
	// Translation returns the number of the translation rule of that name.
	Translation func(name string) (uint16, bool)
	// Fits returns what a session of that rule, with these keys and flags, is to
	// live by; false if it has no place any more: if an end is not where it was, or
	// its external address is not ours.
	Fits func(rule uint32, original, reply *netstack.FlowKey, f Flags) (TermsID, bool)
	// Limit returns the limit of a rule, nil if it has none: its sessions are
	// counted, and taken up even if they are more.
	Limit func(rule uint32) *Limit
}

// Omission is why a session of a snapshot was not restored.
type Omission uint8

const (
	Restored      Omission = iota // it was
	TimedOut                      // its time was over before, or has passed since
	RuleGone                      // its rule, or that of its translation, is gone
	OutOfPlace                    // Known.Fits says so, or it is to live by another profile
	NoRoom                        // the table has become smaller
	Superseded                    // another has its flow or its port: it ended while the snapshot was taken
	Contradictory                 // it can be no session of this version's
	Omissions
)

var omissionWords = [Omissions]string{
	"restored", "timed out", "rule gone", "out of place", "no room", "superseded", "contradictory",
}

func (o Omission) String() string { return omissionWords[o] }

// Restoration counts the sessions of a snapshot by what became of them.
type Restoration struct {
	Count [Omissions]int
	Away  time.Duration // between the snapshot and now, by the wall clock; 0 if that went back
}

// Restore takes up the sessions of a snapshot, which is size bytes long, in a
// table that no packet has met yet. Time that has passed since by the wall clock
// has passed for them too.
//
// A file is used whole or not at all: the error says that it is ErrForeign,
// truncated, damaged or of a newer version. Only if reading it fails half-way
// are there both an error and sessions.
func (t *Table) Restore(file io.ReaderAt, size int64, now Moment, known Known) (Restoration, error) {
	s, err := openSnapshot(file, size)
	if err != nil {
		return Restoration{}, err
	}
	r := newRestorer(t, s, now, known)
	t.mu.Lock()
	defer t.mu.Unlock()
	buf := make([]byte, savePiece*s.recordSize)
	for end := s.records; end > 0; {
		var piece []byte
		if piece, end, err = s.piece(buf, end); err != nil {
			return r.Restoration, err
		}
		r.take(piece, int(s.recordSize))
	}
	return r.Restoration, nil
}
