package state

import (
	"hash"
	"hash/crc32"
	"io"
)

// savePiece is how many records are copied while the table is held: some ten
// microseconds' worth.
const savePiece = 256

// saver writes one snapshot. Its space does not depend on the table's size.
type saver struct {
	to     io.Writer
	sum    hash.Hash32
	names  names
	copies []saved
	buf    []byte
	count  uint64
}

func newSaver(w io.Writer, known Names) *saver {
	sum := crc32.New(castagnoli)
	return &saver{
		to: io.MultiWriter(w, sum), sum: sum, names: newNames(known),
		copies: make([]saved, 0, savePiece), buf: make([]byte, 0, savePiece*recordSize),
	}
}

// Save writes the sessions that live at a moment to w, and returns how many. It
// may be called while packets pass: it copies some records at a time, and
// allocates nothing for each. last says that no packet passes any more, so that
// what is known of sequence numbers stays true. An error is w's.
func (t *Table) Save(w io.Writer, at Moment, last bool, known Names) (int, error) {
	s := newSaver(w, known)
	err := s.preface(at, last)
	for next := t.lastRecord(); next != 0 && err == nil; {
		s.copies, next = t.copyDown(s.copies[:0], next, at.Instant)
		err = s.records()
	}
	if err == nil {
		err = s.end()
	}
	return int(s.count), err
}

func (t *Table) lastRecord() ref {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.sessions.used
}

// copyDown appends to copies the live sessions among the savePiece records from
// r down, and returns where to go on: 0 after the first.
func (t *Table) copyDown(copies []saved, r ref, now Instant) ([]saved, ref) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for last := r - min(r, savePiece); r > last; r-- {
		if s := t.copy(r); s.phase != free && s.expires > now {
			copies = append(copies, t.copyOf(&s))
		}
	}
	return copies, r
}

func (t *Table) copyOf(s *whole) saved {
	c := saved{
		whole: *s, key: s.keys(), profile: t.termsOf(&s.session).Profile,
		mapped: s.mapping != 0, source: t.mappings.save(s.mapping),
	}
	if s.flags&ThroughMapping != 0 {
		r, _ := t.mappings.addressed(&c.key[s.toSource().Opposite()])
		c.through = t.mappings.save(r)
	}
	return c
}

func (s *saver) preface(at Moment, last bool) error {
	p := preface{snapshotVersion, uint32(recordSize), at.Instant, at.Wall.UnixNano(), last}
	return s.write(append(s.buf, magic...), p.fields)
}

// records writes the copies.
func (s *saver) records() error {
	s.count += uint64(len(s.copies))
	b := s.buf[:len(s.copies)*recordSize]
	c := codec{buf: b}
	for i := range s.copies {
		one := &s.copies[i]
		s.name(one)
		one.fields(&c)
	}
	_, err := s.to.Write(b)
	return err
}

// name makes the session refer to names.
func (s *saver) name(one *saved) {
	of := &one.whole
	one.rule = s.names.rule(of.generation, of.rule)
	one.dstRule = s.names.translation(of.generation, of.dstRule)
	one.srcRule = s.names.translation(of.generation, of.srcRule)
	if one.mapped {
		s.nameMapping(&one.source)
	}
	if of.flags&ThroughMapping != 0 {
		s.nameMapping(&one.through)
	}
}

func (s *saver) nameMapping(m *savedMapping) {
	m.rule = s.names.rule(m.made.generation, m.made.rule)
	m.srcRule = s.names.translation(m.made.generation, m.made.srcRule)
}

// end writes what follows the records. The sum is over everything before it.
func (s *saver) end() error {
	if _, err := s.to.Write(s.names.text); err != nil {
		return err
	}
	t := trailer{records: s.count, names: uint64(len(s.names.text))}
	if err := s.write(s.buf, t.sizes); err != nil {
		return err
	}
	t.sum = s.sum.Sum32()
	return s.write(s.buf, t.check)
}

// write writes b and then the fields.
func (s *saver) write(b []byte, fields func(*codec)) error {
	start := len(b)
	b = b[:start+sizeOf(fields)]
	fields(&codec{buf: b[start:]})
	_, err := s.to.Write(b)
	return err
}
