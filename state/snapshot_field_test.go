package state

import (
	"bytes"
	"fmt"
	"io"
	"reflect"
	"slices"
	"sync"
	"testing"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

// saveAndRead passes a session through the bytes of a record.
func saveAndRead(s saved) (read saved, fault bool) {
	b := make([]byte, recordSize)
	s.fields(&codec{buf: b})
	c := codec{buf: b, reading: true}
	read.fields(&c)
	return read, c.fault
}

// derived are the fields of a session that are not saved themselves: they say
// where things are in this table, and in the policy of now, or are in saved.key.
var derived = []string{
	"whole.session.serial", "whole.session.generation", "whole.session.rule", "whole.session.terms",
	"whole.session.addrs", "whole.session.ports", "whole.session.proto", "whole.session.sides",
	"whole.cold.mapping", "whole.cold.dstRule", "whole.cold.srcRule",
	"source.made.rule", "source.made.generation", "source.made.srcRule",
	"through.made.rule", "through.made.generation", "through.made.srcRule",
}

// TestSnapshotHasEveryField sets one field after another, and wants it to come
// out of the record again. A field that is added to a session is to be added to
// saved.fields, or to derived.
func TestSnapshotHasEveryField(t *testing.T) {
	for waits := range Direction(2) {
		base := saved{whole: whole{session: session{phase: established, timer: TCPEstablished}}}
		base.peer[waits].flags = newSYN // or else there is nothing that peer.newScale is of
		beside := fmt.Sprintf("whole.session.peer[%d].newScale", waits.Opposite())
		eachNumber(reflect.ValueOf(&base).Elem(), "", append(derived, beside), func(path string, v reflect.Value) {
			for _, value := range valuesOf(v) {
				before := v.Interface()
				reflect.NewAt(v.Type(), v.Addr().UnsafePointer()).Elem().Set(value)
				if read, fault := saveAndRead(base); read != base || fault {
					t.Errorf("%s = %v comes out otherwise", path, value)
				}
				v.Set(reflect.ValueOf(before))
			}
		})
	}
}

// eachNumber calls f for each number in v, however deep, that is not in but.
func eachNumber(v reflect.Value, path string, but []string, f func(string, reflect.Value)) {
	if slices.Contains(but, path) {
		return
	}
	v = reflect.NewAt(v.Type(), v.Addr().UnsafePointer()).Elem() // may be set, exported or not
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			eachNumber(v.Field(i), join(path, v.Type().Field(i).Name), but, f)
		}
	case reflect.Array:
		for i := range v.Len() {
			eachNumber(v.Index(i), fmt.Sprintf("%s[%d]", path, i), but, f)
		}
	default:
		f(path, v)
	}
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// valuesOf returns what v may be: every word of a list, every single bit of a
// set, and of a number one with all its bytes different.
func valuesOf(v reflect.Value) (values []reflect.Value) {
	of := func(n uint64) { values = append(values, reflect.ValueOf(n).Convert(v.Type())) }
	switch v.Interface().(type) {
	case bool:
		values = append(values, reflect.ValueOf(true))
	case Profile:
		for p := range Profiles {
			of(uint64(p))
		}
	case phase:
		for p := range phases {
			of(uint64(p))
		}
	case Timer:
		for timer := range Timers {
			of(uint64(timer))
		}
	case Flags:
		for bit := Flags(1); bit <= turned; bit <<= 1 {
			of(uint64(bit))
		}
	case netstack.Dependence:
		for d := netstack.EndpointIndependent; d <= netstack.AddressAndPortDependent; d++ {
			of(uint64(d))
		}
	case peerFlags:
		for bit := peerFlags(1); bit != 0; bit <<= 1 { // all are in use
			of(uint64(bit))
		}
	default:
		of(0x0102030405060708)
	}
	return values
}

// TestSnapshotRefusesUnknownWords reads what only a later version could mean.
func TestSnapshotRefusesUnknownWords(t *testing.T) {
	s := saved{whole: whole{session: session{phase: established}}}
	b := make([]byte, recordSize)
	s.fields(&codec{buf: b})
	faults := 0
	for i := range b {
		spoilt := slices.Clone(b)
		spoilt[i] = 0xff
		c := codec{buf: spoilt, reading: true}
		new(saved).fields(&c)
		if c.fault {
			faults++
		}
	}
	if want := 4 + 3 + 2*3 + 2*4; faults != want { // four words, the flags and those of two peers, where at least eight are in use, and four words of two mappings
		t.Errorf("%d bytes can be wrong, want %d", faults, want)
	}
}

// TestSaveAllocatesNothingForASession compares small tables with large.
func TestSaveAllocatesNothingForASession(t *testing.T) {
	allocs := func(n int) float64 {
		c := newCrowd(t, n).fill(t)
		quiet := Names{Rule: func(_, _ uint32) string { return "rule" }} // numbered allocates
		return testing.AllocsPerRun(5, func() { c.Save(io.Discard, Moment{1, noon}, true, quiet) })
	}
	if few, many := allocs(10), allocs(5000); many > few+5 { // less than one a piece: the garbage collector's own
		t.Errorf("%v allocations for 10 sessions, %v for 5000", few, many)
	}
}

// TestSnapshotUnderTraffic saves all the time while two workers open sessions
// and others end; each snapshot is whole.
func TestSnapshotUnderTraffic(t *testing.T) {
	r := newMasqueradingRig(t)
	r.many = true
	r.Table = NewTable(Limits{MaxSessions: 2000}, DefaultTimeouts(), Seed{1})
	var workers sync.WaitGroup
	for w := range 2 {
		packets := make([]*netstack.Packet, 900)
		for i := range packets {
			packets[i] = nettest.UDP(fmt.Sprintf("10.1.%d.%d:%d", w, i%250+1, 5000+i/250), "1.1.1.1:53").Parse(t, inside)
		}
		workers.Go(func() {
			for i := range 6000 {
				p := packets[i%len(packets)]
				if m, reason := r.handle(p); m.Session == 0 || m.Leave.Dst != p.Flow.Dst {
					t.Errorf("%v: %v", p.Flow, reason)
				} else if i%3 == 0 {
					r.Kill(m.Session)
				}
			}
		})
	}
	done := make(chan struct{})
	go func() { workers.Wait(); close(done) }()
	for more := true; more; {
		select {
		case <-done:
			more = false
		default:
		}
		_, result := restored(t, snapshotOf(t, r.Table, r.now), 2000, 0, everything)
		if n := result.Count; n[Restored]+n[Superseded] != sum(n) {
			t.Errorf("%v", n)
		}
	}
	checkInvariants(t, r.Table)
}

func sum(counts [Omissions]int) (n int) {
	for _, c := range counts {
		n += c
	}
	return n
}

func BenchmarkSave(b *testing.B) {
	c := newCrowd(b, 1000000).fill(b)
	for b.Loop() {
		if n, err := c.Save(io.Discard, Moment{1, noon}, true, numbered); n != c.n || err != nil {
			b.Fatal(n, err)
		}
	}
}

func BenchmarkRestore(b *testing.B) {
	const n = 1000000
	file := snapshotOf(b, newCrowd(b, n).fill(b).Table, 1)
	b.SetBytes(int64(len(file)))
	for b.Loop() {
		table := NewTable(Limits{MaxSessions: n}, DefaultTimeouts(), Seed{9})
		if r, err := table.Restore(bytes.NewReader(file), int64(len(file)), Moment{0, noon}, everything); r.Count[Restored] != n || err != nil {
			b.Fatal(r, err)
		}
	}
}
