package state

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"gvisor.dev/gvisor/pkg/tcpip/header"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

// shortWay is a table with a session of each kind, and packets for them: first
// those that began the sessions.
type shortWay struct {
	*rig
	*rand.Rand
	sessions []session
	packets  []*netstack.Packet
	terms    [Profiles]TermsID
}

func newShortWay(t *testing.T) *shortWay {
	w := &shortWay{rig: newRig(t, Limits{MaxSessions: 10}), Rand: rand.New(rand.NewPCG(1, 1))}
	for profile := range w.terms {
		w.terms[profile], _ = w.Intern(Terms{Profile(profile), Profile(profile).Timeouts()})
	}
	const host, server = "10.1.0.5:40000", "1.1.1.1:443"
	sack := nettest.TCPOptions(1, 1, header.TCPOptionSACK, 10, 0, 0, 0, 0, 0, 0, 0, 0)
	times := nettest.TCPOptions(1, 1, header.TCPOptionTS, header.TCPOptionTSLength, 0, 0, 0, 1, 0, 0, 0, 2)
	for _, p := range []nettest.Packet{
		nettest.TCP(host, server, nettest.Flags("S")), nettest.UDP(host, "1.1.1.1:123", data(48)), nettest.UDP(host, "1.1.1.1:53", data(48)),
		nettest.ICMPEcho("10.1.0.5", "1.1.1.1"), nettest.IP("10.1.0.5", "1.1.1.1", netstack.GRE, data(48)),
	} {
		w.passes(inside, p)
		view := p.Parse(t, inside)
		r, _ := w.find(&view.Flow, w.now)
		w.sessions, w.packets = append(w.sessions, *w.Table.sessions.at(r)), append(w.packets, view)
	}
	for _, with := range [][]nettest.Option{{}, {data(1000)}, {times}, {sack, data(1)}} {
		w.packets = append(w.packets, nettest.TCP(host, server, with...).Parse(t, inside))
	}
	return w
}

// somewhere is a number that lies about where it matters how a segment lies to it.
func (w *shortWay) somewhere(of ...uint32) uint32 {
	near := []uint32{0, 0, 0, 1, ^uint32(0), 1000, 0xffff, 0x10000, ^uint32(0xfffe), ^uint32(0xffff), ^uint32(0x10000), 1 << 18, ^uint32(1 << 18), 1<<31 - 500, 1 << 30, 1<<30 + 1, w.Uint32()}
	return of[w.IntN(len(of))] + near[w.IntN(len(near))]
}

// vary makes s, of the protocol, any session of its kind, and most often one under way.
func (w *shortWay) vary(s *session, proto netstack.Protocol) {
	often := func(yes uint8, no int) uint8 {
		if w.IntN(4) > 0 {
			return yes
		}
		return uint8(w.IntN(no))
	}
	s.phase = phase(often(uint8(single)+uint8(w.IntN(2)), int(phases)))
	if proto == netstack.TCP {
		s.phase = phase(often(uint8(established), int(single)))
	}
	s.timer = Timer(often(uint8(timerOf(proto, s.phase)), int(Timers)))
	s.flags = Flags(w.Uint32())
	s.terms = w.terms[w.IntN(len(w.terms))]
	s.expires = w.now + []Instant{-1, 0, 1, 1e9, 1e9, 1e9}[w.IntN(6)]
	for d := range s.peer {
		e := &s.peer[d]
		e.seqLo, e.flags, e.scale = w.Uint32(), peerFlags(often(0, 256)), []uint8{0, 7, 14, noScale}[w.IntN(4)]
		e.seqHi, e.maxWin = w.somewhere(e.seqLo), []uint32{0, 1, 1000, 0xffff, 1 << 17, 1 << 30}[w.IntN(6)]
	}
	for d := range s.peer {
		s.peer[d].ack = w.somewhere(s.peer[d^1].seqLo)
	}
}

// say makes p a segment that direction d of s could send, or nearly.
func (w *shortWay) say(p *netstack.Packet, s *session, d Direction) {
	src, dst := &s.peer[d], &s.peer[d.Opposite()]
	b, n := p.TCP(), uint32(p.PayloadLen())
	binary.BigEndian.PutUint32(b[4:], w.somewhere(src.seqLo, src.seqHi, src.seqHi-n, dst.ack))
	binary.BigEndian.PutUint32(b[8:], w.somewhere(dst.seqLo, dst.seqLo, src.ack))
	binary.BigEndian.PutUint16(b[14:], uint16(w.Uint32()))
	if b[12] == 32<<2 && b[22] == header.TCPOptionSACK {
		binary.BigEndian.PutUint32(b[28:], w.somewhere(dst.seqLo))
	}
	if p.TCPFlags = header.TCPFlagAck | header.TCPFlags(w.IntN(2))<<3; w.IntN(4) == 0 {
		p.TCPFlags = header.TCPFlags(w.Uint32())
	}
}

// TestShortWay has sessions in every situation see packets on the short way and by
// their tracker. What the short way takes must have come to the same; and it must
// take what the tracker does of an established connection.
func TestShortWay(t *testing.T) {
	w := newShortWay(t)
	taken := map[netstack.Protocol]int{}
	for range 400000 {
		p, d := w.packets[w.IntN(len(w.packets))], Direction(w.IntN(2))
		i := w.IntN(len(w.sessions))
		if w.packets[i].Flow.Proto != p.Flow.Proto {
			continue
		}
		s := w.sessions[i]
		w.vary(&s, p.Flow.Proto)
		var g segment
		if p.Flow.Proto == netstack.TCP {
			w.say(p, &s, d)
			g.read(p)
		}
		short, long := s, s
		took := w.goOn(&short, d, p, &g, w.now)
		v := w.judge(&long, d, p)
		switch belongs := v == belongs && long.phase == s.phase && s.expires > w.now; {
		case took && !belongs:
			t.Fatalf("taken, but %+v, phase %v: %+v\n%+v", v, long.phase, g, s)
		case took:
			taken[p.Flow.Proto]++
			long.pass(d, p, w.now)
			w.time(&long, s.phase, v.effect, w.now)
			if short != long {
				t.Fatalf("%+v has become of\n%+v\nthe short way\n%+v\nand the long way\n%+v", g, s, short, long)
			}
		case short != s:
			t.Fatalf("not taken, but\n%+v has become\n%+v", s, short)
		case belongs && g.kind() == ack && s.phase == established && s.timer == TCPEstablished &&
			s.peer[0].flags|s.peer[1].flags == 0 && w.termsOf(&s).Profile != FW1:
			t.Fatalf("not taken: %+v\n%+v", g, s)
		}
	}
	if len(taken) != 2 || taken[netstack.TCP] < 500 || taken[netstack.UDP] < 500 {
		t.Errorf("taken were %v", taken)
	}
}

// A packet that cannot be read does not leave its session locked.
func TestFaultLeavesNoLock(t *testing.T) {
	for name, p := range map[string]nettest.Packet{
		"the short way": nettest.TCP("10.1.0.5:40000", "1.1.1.1:443", nettest.Flags("S")),
		"the long way":  nettest.ICMPEcho("10.1.0.5", "1.1.1.1"),
	} {
		r := newRig(t, Limits{MaxSessions: 10})
		r.passes(inside, p)
		broken := *p.Parse(t, inside)
		broken.Frame = nil
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no fault", name)
				}
			}()
			r.Track(&broken, r.now)
		}()
		if c := &r.Table.sessions.all[1]; !r.Table.mu.TryLock() || !c.mu.TryLock() {
			t.Errorf("%s: a lock is held", name)
		}
	}
}
