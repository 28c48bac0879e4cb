package plumbing

import (
	"bytes"
	"net"
	"runtime"
	"sync"
	"testing"

	"github.com/vishvananda/netns"

	"sallyport/netstack"
)

// flood sends datagrams from the inside host to the outside host, both families,
// as fast as it can until stopped.
func (l *lab) flood() (stop func()) {
	l.Helper()
	var conns []net.Conn
	l.at(l.in, func() {
		for _, target := range []string{"192.0.2.2:9", "[2001:db8:2::2]:9"} {
			c, err := net.Dial("udp", target)
			l.must(err)
			conns = append(conns, c)
		}
	})
	var done sync.WaitGroup
	quit := make(chan struct{})
	done.Add(1)
	go func() {
		defer done.Done()
		runtime.LockOSThread()
		if netns.Set(l.in) != nil {
			return
		}
		for {
			select {
			case <-quit:
				return
			default:
			}
			for _, c := range conns {
				c.Write([]byte("flood"))
			}
		}
	}()
	return func() { close(quit); done.Wait() }
}

// escaped ends a flood and returns how much of it reached the outside host.
func (l *lab) escaped(w *wire, stop func()) (n int) {
	l.Helper()
	stop()
	c, err := net.Dial("udp", "192.0.2.2:9")
	l.must(err)
	defer c.Close()
	c.Write([]byte("the last one"))
	for _, frame := range w.until(func(b []byte) bool { return bytes.Contains(b, []byte("the last one")) }) {
		if bytes.Contains(frame, []byte("flood")) {
			n++
		}
	}
	return n
}

func nothing(netstack.Side, []byte) bool { return false }

// From the first Prepare on the doors are closed, however often the firewall is
// killed, started over and reconfigured.
func TestNothingEscapesWhileStartingOver(t *testing.T) {
	l := newLab(t)
	l.routing()
	dir := t.TempDir()
	_, err := Prepare(spec(), dir)
	l.must(err)
	w, stop := l.listen(l.out, "out0"), l.flood()
	for i := range 10 {
		s := spec()
		if i%2 == 0 {
			s.Self = []SelfService{self(0, netstack.TCP, 22, true), self(0, netstack.UDP, 53, true)}
		}
		p, f := l.open(s, dir, nothing)
		if w := p.Warnings(); len(w) > 0 {
			t.Errorf("warned: %q", w)
		}
		s.Sides[1].IPv6 = false
		l.must(p.Update(s))
		l.must(p.Update(spec()))
		f.stop()
		if i == 9 && len(f.find(anything)) == 0 {
			t.Error("the firewall saw nothing: this test shows nothing")
		}
	}
	if n := l.escaped(w, stop); n > 0 {
		t.Errorf("%d packets escaped", n)
	}
}

// What the box did not forward before it does not forward while the firewall
// comes and goes.
func TestNothingEscapesWhileStopping(t *testing.T) {
	l := newLab(t)
	w, stop := l.listen(l.out, "out0"), l.flood()
	for range 10 {
		p, f := l.open(spec(), "", nothing)
		l.must(p.Undo())
		f.stop()
	}
	if n := l.escaped(w, stop); n > 0 {
		t.Errorf("%d packets escaped", n)
	}
}

// A start that fails over a killed run leaves the doors closed.
func TestFailedStartStaysClosed(t *testing.T) {
	l := newLab(t)
	l.routing()
	_, f := l.open(spec(), "", nil)
	f.stop()
	s := spec()
	s.Sides[0].Gateway = prefixes("ff02::5/64") // the kernel refuses it
	if _, err := Prepare(s, ""); err == nil {
		t.Fatal("it did not fail")
	}
	l.noLeaks()
}

// A failed first start leaves nothing.
func TestFailedFirstStart(t *testing.T) {
	l := newLab(t)
	before := l.snapshot()
	s := spec()
	s.Sides[1].Gateway = prefixes("198.51.100.1/24", "ff02::5/64")
	if _, err := Prepare(s, t.TempDir()); err == nil {
		t.Fatal("it did not fail")
	}
	l.unchanged(before)
}
