package plumbing

import (
	"os"
	"path/filepath"
	"testing"

	"sallyport/netstack"
)

func TestUndoLeavesNothing(t *testing.T) {
	l := newLab(t)
	before, dir := l.snapshot(), t.TempDir()
	p, f := l.open(gatewaySpec(), dir, nil)
	l.shut(p, f, before)
	if _, err := os.Stat(filepath.Join(dir, recordName)); err == nil {
		t.Error("the record is still there")
	}
	l.must(p.Undo())
	l.unchanged(before)
}

func TestUndoBeforeTheDevicesClose(t *testing.T) {
	l := newLab(t)
	before := l.snapshot()
	p, f := l.open(gatewaySpec(), "", nil)
	l.must(p.Undo())
	f.stop()
	l.unchanged(before)
}

// A killed run leaves the doors closed; the next start takes over, and its Undo
// restores what was before the killed one.
func TestStartOverLeftovers(t *testing.T) {
	l := newLab(t)
	before, dir := l.snapshot(), t.TempDir()
	_, f := l.open(gatewaySpec(), dir, nil)
	f.stop()
	if before == l.snapshot() {
		t.Fatal("a killed run left nothing: this test shows nothing")
	}
	p, f := l.open(gatewaySpec(), dir, nil)
	l.serve(l.out, "192.0.2.2:7777")
	l.reach(l.in, "192.0.2.2")
	if w := p.Warnings(); len(w) > 0 {
		t.Errorf("warned: %q", w)
	}
	l.shut(p, f, before)
}

// After Undo nothing brings anything back.
func TestUndoIsTheEnd(t *testing.T) {
	l := newLab(t)
	before := l.snapshot()
	p, f := l.open(spec(), "", nil)
	f.stop()
	l.must(p.Undo())
	if p.Update(spec()) == nil {
		t.Error("updated")
	}
	p.follow(func([netstack.Sides]Link, error) { t.Error("followed") })
	l.unchanged(before)
}

func TestUpdateKeepsTheDevices(t *testing.T) {
	l := newLab(t)
	p, _ := l.open(spec(), "", nil)
	before := l.snapshot()
	s := spec()
	s.Sides[0].TUN = "other"
	if p.Update(s) == nil {
		t.Error("another TUN device was taken")
	}
	l.unchanged(before)
}

// gatewaySpec is spec with an address to add on either side and both families.
func gatewaySpec() Spec {
	s := spec()
	s.Sides[0].Gateway = prefixes("10.1.0.254/24", "fd00:1::fe/64")
	s.Sides[1].Gateway = prefixes("198.51.100.1/24")
	return s
}
