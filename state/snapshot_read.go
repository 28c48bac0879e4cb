package state

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

var errDamaged = errors.New("truncated or damaged")

// snapshotFile is a snapshot that has been found to be whole.
type snapshotFile struct {
	preface
	file    io.ReaderAt
	records int64
	names   []string
}

// openSnapshot looks at all of a file of this size before anything is taken
// from it.
func openSnapshot(file io.ReaderAt, size int64) (*snapshotFile, error) {
	s := &snapshotFile{file: file}
	if err := s.readPreface(); err != nil {
		return nil, err
	}
	if err := s.checkSum(size); err != nil {
		return nil, err
	}
	return s, s.readTrailer(size)
}

func (s *snapshotFile) readPreface() error {
	b := make([]byte, prefaceSize)
	n, err := s.file.ReadAt(b, 0)
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		return err
	case !bytes.HasPrefix([]byte(magic), b[:min(n, len(magic))]):
		return ErrForeign
	case n < prefaceSize:
		return errDamaged
	}
	c := codec{buf: b[len(magic):], reading: true}
	s.fields(&c)
	if err := s.checkVersion(); err != nil || !c.fault {
		return err
	}
	return errDamaged
}

// checkVersion refuses what this version cannot know how to read.
func (s *snapshotFile) checkVersion() error {
	same, size := s.version == snapshotVersion, int(s.recordSize)
	switch {
	case s.version > snapshotVersion:
		return fmt.Errorf("written by a newer version of sallyport (format %d, and %d is the newest known here)", s.version, snapshotVersion)
	case size == 0, size > recordSize, same && size != recordSize:
		return errDamaged
	}
	return nil
}

func (s *snapshotFile) checkSum(size int64) error {
	end := size - int64(sumSize)
	if end < int64(prefaceSize+sizesSize) {
		return errDamaged
	}
	sum := crc32.New(castagnoli)
	if _, err := io.Copy(sum, io.NewSectionReader(s.file, 0, end)); err != nil {
		return err
	}
	var t trailer
	if err := s.read(end, t.check); err != nil {
		return err
	}
	if t.sum != sum.Sum32() {
		return errDamaged
	}
	return nil
}

// readTrailer reads the sizes, which must come out even, and the names.
func (s *snapshotFile) readTrailer(size int64) error {
	var t trailer
	end := size - int64(sizesSize+sumSize)
	if err := s.read(end, t.sizes); err != nil {
		return err
	}
	body := uint64(end - int64(prefaceSize))
	if t.names > body || (body-t.names)%uint64(s.recordSize) != 0 || (body-t.names)/uint64(s.recordSize) != t.records {
		return errDamaged
	}
	text := make([]byte, t.names)
	if _, err := s.file.ReadAt(text, end-int64(t.names)); err != nil {
		return err
	}
	var ok bool
	if s.names, ok = split(text); !ok {
		return errDamaged
	}
	s.records = int64(t.records)
	return nil
}

// read reads fields from a place in the file that was seen to exist.
func (s *snapshotFile) read(at int64, fields func(*codec)) error {
	b := make([]byte, sizeOf(fields))
	if _, err := s.file.ReadAt(b, at); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	fields(&codec{buf: b, reading: true})
	return nil
}

// piece reads up to savePiece records before record number end into b, and
// returns them and the number of the first.
func (s *snapshotFile) piece(b []byte, end int64) ([]byte, int64, error) {
	first := max(0, end-savePiece)
	b = b[:(end-first)*int64(s.recordSize)]
	_, err := s.file.ReadAt(b, int64(prefaceSize)+first*int64(s.recordSize))
	return b, first, err
}
