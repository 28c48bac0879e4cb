package plumbing

import (
	"testing"

	"sallyport/netstack"
)

// open prepares and attaches a firewall.
func (l *lab) open(s Spec, runDir string, edit func(netstack.Side, []byte) bool) (*Plumbing, *forwarder) {
	l.Helper()
	p, err := Prepare(s, runDir)
	l.must(err)
	for _, w := range p.Warnings() {
		l.Log("warning: ", w)
	}
	f := l.forward(s, edit)
	l.must(p.Attach())
	return p, f
}

// shut undoes what open did, and fails the test unless all is as it was before.
func (l *lab) shut(p *Plumbing, f *forwarder, before string) {
	l.Helper()
	f.stop()
	l.must(p.Undo())
	l.unchanged(before)
}

func TestPassesBothWaysThroughTheForwarder(t *testing.T) {
	l := newLab(t)
	_, f := l.open(spec(), t.TempDir(), nil)
	for _, address := range []string{"192.0.2.2", "2001:db8:2::2"} {
		l.serve(l.out, "["+address+"]:7777")
		l.reach(l.in, address)
	}
	for _, address := range []string{"10.1.0.2", "fd00:1::2"} {
		l.serve(l.in, "["+address+"]:7777")
		l.reach(l.out, address)
	}
	for _, side := range bothSides {
		if n := f.passed[side].Load(); n < 20 {
			t.Errorf("the forwarder saw %d packets from %v, fewer than the conversations have", n, side)
		}
	}
	if t.Failed() {
		l.dump()
	}
}

// dump logs what a person would look at first.
func (l *lab) dump() {
	for _, c := range []string{"ip -4 rule", "ip -6 rule", "ip -4 route show table all", "ip -6 route show table all", "ip netconf"} {
		out, _ := l.try(c)
		l.Logf("%s\n%s", c, out)
	}
}
