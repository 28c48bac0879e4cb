package state

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

// smallFile is a snapshot of one masqueraded TCP connection and two datagrams.
func smallFile(t testing.TB) []byte {
	v := newTalk(t, starts[0], establishedWay)
	v.passes(inside, nettest.UDP("10.1.0.5:5000", "1.1.1.1:53"))
	v.passes(inside, nettest.UDP("10.1.0.5:5000", "1.1.1.2:53"))
	return snapshotOf(t, v.Table, v.now)
}

// sealed is a file with the sum that belongs to what is in it now.
func sealed(file []byte) []byte {
	end := len(file) - sumSize
	binary.LittleEndian.PutUint32(file[end:], crc32.Checksum(file[:end], castagnoli))
	return file
}

func restoreInto(t *Table, file []byte, known Known) (Restoration, error) {
	return t.Restore(bytes.NewReader(file), int64(len(file)), Moment{0, noon}, known)
}

// wantRefused restores what must not be, and wants nothing of it to be taken.
func wantRefused(t *testing.T, what string, file []byte) error {
	t.Helper()
	table := NewTable(Limits{MaxSessions: 16}, DefaultTimeouts(), Seed{})
	result, err := restoreInto(table, file, everything)
	if err == nil || table.Len() != 0 || result != (Restoration{}) {
		t.Fatalf("%s: %v and %d sessions", what, err, table.Len())
	}
	return err
}

func TestSnapshotTruncated(t *testing.T) {
	file := smallFile(t)
	for n := range file {
		if err := wantRefused(t, "cut", file[:n]); !errors.Is(err, errDamaged) {
			t.Errorf("cut to %d bytes: %v", n, err)
		}
	}
	wantRefused(t, "with a byte too many", append(slices.Clone(file), 0))
	wantRefused(t, "twice", append(slices.Clone(file), file...))
}

func TestSnapshotBitFlips(t *testing.T) {
	file := smallFile(t)
	for bit := range len(file) * 8 {
		file[bit/8] ^= 1 << (bit % 8)
		wantRefused(t, "a bit flipped", file)
		file[bit/8] ^= 1 << (bit % 8)
	}
}

func TestSnapshotForeign(t *testing.T) {
	for _, text := range []string{"x", "root:x:0:0:root:/root:/bin/sh\n", strings.Repeat("\x00", 1000), "SALLYPRX" + strings.Repeat("x", 1000)} {
		if err := wantRefused(t, text, []byte(text)); !errors.Is(err, ErrForeign) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestSnapshotOfANewerVersion(t *testing.T) {
	file := smallFile(t)
	binary.LittleEndian.PutUint32(file[len(magic):], snapshotVersion+1)
	if err := wantRefused(t, "newer", sealed(file)); !strings.Contains(err.Error(), "newer version") {
		t.Errorf("%v", err)
	}
}

// TestSnapshotOfAnOlderVersion reads records that lack the last fields.
func TestSnapshotOfAnOlderVersion(t *testing.T) {
	const lacks = 4 // the flags of the reply's peer
	whole := smallFile(t)
	file := slices.Clone(whole[:prefaceSize])
	binary.LittleEndian.PutUint32(file[len(magic):], snapshotVersion-1)
	binary.LittleEndian.PutUint32(file[len(magic)+4:], uint32(recordSize-lacks))
	for i := range 3 {
		record := whole[prefaceSize+i*recordSize:][:recordSize]
		file = append(file, record[:recordSize-lacks]...)
	}
	file = sealed(append(file, whole[prefaceSize+3*recordSize:]...))
	after, result := restored(t, file, 16, 0, everything)
	if result.Count[Restored] != 3 {
		t.Fatalf("%v", result.Count)
	}
	want, _ := restored(t, whole, 16, 0, everything)
	if got, want := records(after.Table, after.now), records(want.Table, want.now); !slices.Equal(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
}

// TestSnapshotContradictions has sessions that a program with an error might
// have written.
func TestSnapshotContradictions(t *testing.T) {
	for name, spoil := range map[string]func(s *saved){
		"no phase":                   func(s *saved) { s.phase = free },
		"a phase of UDP":             func(s *saved) { s.phase = single },
		"UDP in a phase of TCP":      func(s *saved) { s.key[0].Proto, s.key[1].Proto = netstack.UDP, netstack.UDP },
		"two protocols":              func(s *saved) { s.key[1].Proto = netstack.UDPLite },
		"a third door":               func(s *saved) { s.key[0].In = netstack.Self },
		"replies from a third door":  func(s *saved) { s.key[1].In = 7 },
		"no source":                  func(s *saved) { s.key[0].Src = netstack.Addr{} },
		"no destination":             func(s *saved) { s.key[1].Dst = netstack.Addr{} },
		"two families in a flow":     func(s *saved) { s.key[0].Src.Hi++ },
		"two families":               func(s *saved) { s.key[1].Src.Hi++; s.key[1].Dst.Hi++ },
		"its own reply":              func(s *saved) { s.key[1] = s.key[0] },
		"ports without ports":        func(s *saved) { s.key[0].Proto, s.key[1].Proto, s.phase = netstack.GRE, netstack.GRE, single },
		"over before":                func(s *saved) { s.expires = 0 },
		"for ever":                   func(s *saved) { s.expires = 1<<63 - 1 },
		"for longer than there is":   func(s *saved) { s.expires += Instant(3 * MaxTimeout) },
		"a mapping without endpoint": tunnel,
		"an unknown rule":            func(s *saved) { s.rule = 2 },
		"an unknown translation":     func(s *saved) { s.srcRule = 1<<32 - 1 },
	} {
		v := newTalk(t, starts[0], establishedWay)
		var file bytes.Buffer
		s := newSaver(&file, numbered)
		s.preface(Moment{v.now, noon}, true)
		s.copies, _ = v.copyDown(nil, 1, v.now)
		s.count = 1
		one := s.copies[0]
		s.name(&one)
		spoil(&one)
		s.write(s.buf, one.fields)
		s.end()
		if _, result := restored(t, file.Bytes(), 16, 0, everything); result.Count[Contradictory] != 1 {
			t.Errorf("%s: %v", name, result.Count)
		}
	}
}

// tunnel makes s a session of a protocol that needs no mapping, but has one.
func tunnel(s *saved) {
	for d := range s.key {
		s.key[d].Proto, s.key[d].SrcPort, s.key[d].DstPort = netstack.GRE, 0, 0
	}
	s.phase = single
}

// broken fails after so many bytes.
type broken struct {
	file  []byte
	until int64
}

func (b broken) ReadAt(p []byte, at int64) (int, error) {
	if at+int64(len(p)) > b.until && at < b.until+1 {
		return 0, io.ErrUnexpectedEOF
	}
	return bytes.NewReader(b.file).ReadAt(p, at)
}

func (b broken) Write(p []byte) (int, error) { return 0, io.ErrClosedPipe }

// TestSnapshotOnABrokenDisk wants errors of the disk to be told as such.
func TestSnapshotOnABrokenDisk(t *testing.T) {
	file := smallFile(t)
	for _, until := range []int64{0, 100, int64(len(file)) - 5} {
		table := NewTable(Limits{MaxSessions: 16}, DefaultTimeouts(), Seed{})
		_, err := table.Restore(broken{file, until}, int64(len(file)), Moment{0, noon}, everything)
		if !errors.Is(err, io.ErrUnexpectedEOF) || table.Len() != 0 {
			t.Errorf("broken at %d: %v", until, err)
		}
	}
	if _, err := newRig(t, DefaultLimits()).Save(broken{}, Moment{0, noon}, true, numbered); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("writing: %v", err)
	}
}

// FuzzRestore restores what is right by its sum alone.
func FuzzRestore(f *testing.F) {
	f.Add(smallFile(f))
	for seed := range uint64(2) {
		table, now := randomTable(seed, true)
		f.Add(snapshotOf(f, table, now))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		if len(file) < prefaceSize+sizesSize+sumSize {
			return
		}
		table := NewTable(Limits{MaxSessions: 32}, DefaultTimeouts(), Seed{})
		now := Moment{Instant(time.Second), noon}
		_, err := table.Restore(bytes.NewReader(sealed(slices.Clone(file))), int64(len(file)), now, everything)
		checkInvariants(t, table)
		if err != nil {
			return
		}
		again := snapshotOf(t, table, now.Instant)
		if _, r := restored(t, again, 32, 0, everything); r.Count[Restored] != table.Len() {
			t.Errorf("%d sessions, and of their snapshot %v", table.Len(), r.Count)
		}
	})
}
