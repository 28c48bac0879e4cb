package state

import (
	"reflect"
	"testing"
	"time"
	"unsafe"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

// A million sessions must fit in 320 bytes each, index entries (2 of 8 bytes, five
// sixths full: 19) and mapping (56, and 21 of index) included.
func TestSessionSize(t *testing.T) {
	if n := unsafe.Sizeof(cell{}); n != 192 {
		t.Errorf("a session has %d bytes, with its lock", n)
	}
	if n := unsafe.Sizeof(cold{}); n != 16 {
		t.Errorf("what no packet touches of it has %d bytes", n)
	}
	if n := unsafe.Sizeof(mapping{}); n != 56 {
		t.Errorf("a mapping has %d bytes", n)
	}
}

// A packet waits for no more lines of the cache than it must: each session of a
// large table has three of its own, of which the last has the addresses alone.
func TestSessionLiesInThreeLines(t *testing.T) {
	if n := unsafe.Sizeof(cell{}) / cacheLine; n != 3 {
		t.Errorf("it has %d lines", n)
	}
	if at := unsafe.Offsetof(cell{}.session) + unsafe.Offsetof(session{}.addrs); at != 2*cacheLine {
		t.Errorf("the addresses are at %d", at)
	}
	c := newCells(mapFrom / cacheLine)
	for r := range c.all {
		if at := uintptr(unsafe.Pointer(&c.all[r])); at%cacheLine != 0 {
			t.Fatalf("record %d begins %d bytes after a line", r, at%cacheLine)
		}
	}
}

// A record that is used again has nothing of the session before, in whichever part
// of it that was.
func TestRecordIsUsedAgain(t *testing.T) {
	never, again := newRig(t, Limits{MaxSessions: 1}), newMasqueradingRig(t)
	masquerade := again.policy
	again.policy = func(p *netstack.Packet) (Admission, bool) {
		a, ok := masquerade(p)
		a.Rule, a.Generation, a.Log, a.Translation.DstRule, a.Translation.SrcRule = 3, 4, true, 5, 6
		return a, ok
	}
	again.passes(inside, nettest.TCP("10.1.0.9:40000", "1.1.1.1:443", nettest.Flags("S")))
	before := again.only()
	if before.DstRule != 5 || before.SrcRule != 6 || !again.Kill(before.ID) {
		t.Fatalf("%+v", before)
	}
	again.policy = never.policy
	never.after(time.Second).passes(inside, ask(1))
	again.after(time.Second).passes(inside, ask(1))
	want, got := never.only(), again.only()
	if r := again.byID(got.ID); r != 1 || got.ID == before.ID {
		t.Errorf("it is in record %d", r)
	}
	if got.ID = want.ID; got != want {
		t.Errorf("got\n%+v, and never used it is\n%+v", got, want)
	}
}

// The keys of a session are what they were set to, and no others.
func TestSessionKeys(t *testing.T) {
	outer := netstack.FlowKey{Src: netstack.Addr{Hi: 1, Lo: 2}, Dst: netstack.Addr{Hi: 3, Lo: 4}, SrcPort: 5, DstPort: 6, Proto: netstack.UDP, In: outside}
	inner := netstack.FlowKey{Src: netstack.Addr{Hi: 11, Lo: 12}, Dst: netstack.Addr{Hi: 13, Lo: 14}, SrcPort: 15, DstPort: 16, Proto: netstack.UDP, In: inside}
	for _, keys := range [][2]netstack.FlowKey{{inner, outer}, {outer, inner}, {inner, inner}, {outer, outer}} {
		var s session
		s.setKeys(&keys[Original], &keys[Reply])
		if s.keys() != keys {
			t.Errorf("%v are %v", keys, s.keys())
		}
		for d := range Direction(2) {
			other := keys[d.Opposite()]
			if !s.is(d, &keys[d]) || s.is(d, &other) != (other == keys[d]) {
				t.Errorf("%v is not the key of direction %v, or another is", keys[d], d)
			}
			eachNumber(reflect.ValueOf(&keys[d]).Elem(), "", nil, func(field string, v reflect.Value) {
				v.SetUint(v.Uint() ^ 1)
				if s.is(d, &keys[d]) {
					t.Errorf("%v is the key of direction %v, although it has another %s", keys[d], d, field)
				}
				v.SetUint(v.Uint() ^ 1)
			})
			m := Match{}
			if s.match(d, &m); m.Out != other.In || m.Leave != other.Reverse(keys[d].In) {
				t.Errorf("%v leaves as %v to %v", keys[d], m.Leave, m.Out)
			}
		}
	}
}
