package forward

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
	"sallyport/state"
)

// syn returns how a SYN from inside is seen outside.
func (r *rig) syn(from, to string) string {
	r.Helper()
	p := r.pass(in, nettest.TCP(from, to, nettest.Flags("S"), nettest.Seq(1000)))
	return endpoint(p.Flow.Src, p.Flow.SrcPort)
}

func Test5382REQ1MappingIsEndpointIndependent(t *testing.T) {
	r := newRig(t, outward())
	r.syn("10.1.0.9:5000", server) // takes the port
	seen := r.syn("10.1.0.10:5000", server)
	for _, to := range []string{"198.51.100.7:81", "198.51.100.8:80", "203.0.113.1:443"} {
		if got := r.syn("10.1.0.10:5000", to); got != seen {
			t.Errorf("to %s it is %s, to others %s", to, got, seen)
		}
	}
}

// Every way a connection may begin and end (RFC 9293 3.5, 3.6), through the
// translation, begun from inside or, to a published server, from outside.
func Test5382REQ2ConnectionsOpenAndClose(t *testing.T) {
	type end struct {
		side     netstack.Side
		as, peer string // how it calls itself and the other end
	}
	for name, open := range map[string]func(r *rig) (a, b end){
		"from inside": func(r *rig) (a, b end) {
			seen := r.handshake(client, server)
			return end{in, client, server}, end{out, server, seen}
		},
		"from outside": func(r *rig) (a, b end) {
			from, to := "203.0.113.1:5000", public+":8080"
			r.pass(out, nettest.TCP(from, to, nettest.Flags("S"), nettest.Seq(1000)))
			r.pass(in, nettest.TCP("10.1.0.80:80", from, nettest.Flags("SA"), nettest.Seq(5000), nettest.Ack(1001)))
			r.pass(out, nettest.TCP(from, to, nettest.Flags("A"), nettest.Seq(1001), nettest.Ack(5001)))
			return end{out, from, to}, end{in, "10.1.0.80:80", from}
		},
	} {
		says := func(e end, flags string, seq, ack uint32, with ...nettest.Option) func(*rig) {
			with = append(with, nettest.Flags(flags), nettest.Seq(seq), nettest.Ack(ack))
			return func(r *rig) { r.pass(e.side, nettest.TCP(e.as, e.peer, with...)) }
		}
		for way, steps := range map[string]func(a, b end) []func(*rig){
			"one after the other": func(a, b end) []func(*rig) {
				return []func(*rig){
					says(a, "PA", 1001, 5001, nettest.Payload(100)), says(b, "A", 5001, 1101),
					says(a, "FA", 1101, 5001), says(b, "A", 5001, 1102),
					says(b, "PA", 5001, 1102, nettest.Payload(50)), says(a, "A", 1102, 5051), // half-closed
					says(b, "FA", 5051, 1102), says(a, "A", 1102, 5052),
				}
			},
			"both at once": func(a, b end) []func(*rig) {
				return []func(*rig){
					says(a, "FA", 1001, 5001), says(b, "FA", 5001, 1001),
					says(a, "A", 1002, 5002), says(b, "A", 5002, 1002),
				}
			},
			"by a RST": func(a, b end) []func(*rig) {
				return []func(*rig){says(b, "PA", 5001, 1001, nettest.Payload(9)), says(a, "R", 1001, 0)}
			},
		} {
			t.Run(name+"/"+way, func(t *testing.T) {
				r := newRig(t, outward())
				a, b := open(r)
				for _, step := range steps(a, b) {
					step(r)
				}
				if s := r.sessions(); len(s) != 1 || s[0].TimeoutLeft > 4*time.Minute {
					t.Errorf("it is not over: %+v", s)
				}
			})
		}
	}
}

// REQ-2a: two hosts, each behind a NAT, send each other SYNs at once.
func Test5382REQ2SimultaneousOpenThroughNAT(t *testing.T) {
	r := newRig(t, outward())
	peer := "203.0.113.1:6000"
	seen := r.syn(client, peer)
	r.pass(out, nettest.TCP(peer, seen, nettest.Flags("S"), nettest.Seq(5000)))
	r.pass(in, nettest.TCP(client, peer, nettest.Flags("SA"), nettest.Seq(1000), nettest.Ack(5001)))
	r.pass(out, nettest.TCP(peer, seen, nettest.Flags("SA"), nettest.Seq(5000), nettest.Ack(1001)))
	r.pass(in, nettest.TCP(client, peer, nettest.Flags("PA"), nettest.Seq(1001), nettest.Ack(5001), nettest.Payload(10)))
	back := r.pass(out, nettest.TCP(peer, seen, nettest.Flags("A"), nettest.Seq(5001), nettest.Ack(1011)))
	if got := endpoint(back.Flow.Dst, back.Flow.DstPort); got != client {
		t.Errorf("the peer's data goes to %s", got)
	}
}

// The first SYN of the one was dropped at the NAT of the other, which had sent
// none yet: the other then sees a plain handshake, and confirms it so.
func Test5382REQ2SimultaneousOpenWithOneSYNLost(t *testing.T) {
	r := newRig(t, outward())
	peer := "203.0.113.1:6000"
	seen := r.syn(client, peer)
	r.pass(out, nettest.TCP(peer, seen, nettest.Flags("S"), nettest.Seq(5000)))
	r.pass(in, nettest.TCP(client, peer, nettest.Flags("SA"), nettest.Seq(1000), nettest.Ack(5001)))
	r.pass(out, nettest.TCP(peer, seen, nettest.Flags("A"), nettest.Seq(5001), nettest.Ack(1001)))
	r.pass(in, nettest.TCP(client, peer, nettest.Flags("PA"), nettest.Seq(1001), nettest.Ack(5001), nettest.Payload(10)))
	r.pass(out, nettest.TCP(peer, seen, nettest.Flags("PA"), nettest.Seq(5001), nettest.Ack(1011), nettest.Payload(10)))
}

func Test5382REQ5EstablishedTimer(t *testing.T) {
	r := newRig(t, outward())
	seen := r.handshake(client, server)
	r.wait(2*time.Hour + 4*time.Minute - 1)
	r.pass(out, down(seen, "A", 5001, 1001))
}

// REQ-5a: the transitory timers are shorter than REQ-5's four minutes by
// default, and what one likes otherwise.
func Test5382REQ5TransitoryTimersAreConfigurable(t *testing.T) {
	timeouts := state.DefaultTimeouts()
	for _, name := range []string{"tcp_opening", "tcp_closing", "tcp_time_wait", "tcp_reset"} {
		if err := timeouts.Set(name, 4*time.Minute); err != nil {
			t.Fatal(err)
		}
	}
	for name, steps := range map[string]func(r *rig) (then nettest.Packet){
		"opening": func(r *rig) nettest.Packet {
			return down(r.syn(client, server), "SA", 5000, 1001)
		},
		"closing": func(r *rig) nettest.Packet {
			seen := r.handshake(client, server)
			r.pass(in, up("FA", 1001, 5001))
			r.pass(out, down(seen, "FA", 5001, 1001))
			return down(seen, "A", 5002, 1002)
		},
		"time-wait": func(r *rig) nettest.Packet {
			seen := r.handshake(client, server)
			r.pass(in, up("FA", 1001, 5001))
			r.pass(out, down(seen, "FA", 5001, 1002))
			r.pass(in, up("A", 1002, 5002))
			return down(seen, "FA", 5001, 1002)
		},
		"reset": func(r *rig) nettest.Packet {
			seen := r.handshake(client, server)
			r.pass(out, down(seen, "RA", 5001, 1001))
			return down(seen, "RA", 5001, 1001)
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, outward())
			r.engine.Table = state.NewTable(state.Limits{MaxSessions: 10}, timeouts, state.Seed{1})
			then := steps(r)
			r.wait(4*time.Minute - 1)
			r.pass(out, then)
		})
	}
}

// No payload of TCP is looked into: that of FTP neither.
func Test5382REQ6NoPayloadIsTouched(t *testing.T) {
	r := newRig(t, outward())
	ftp := "198.51.100.7:21"
	r.handshake(client, ftp)
	said := []byte("PORT 10,1,0,10,19,137\r\n")
	sent := r.pass(in, nettest.TCP(client, ftp, nettest.Flags("PA"), nettest.Seq(1001), nettest.Ack(5001), nettest.PayloadBytes(said)))
	if !bytes.Equal(sent.Bytes()[sent.Payload:], said) {
		t.Errorf("arrives as %q", sent.Bytes()[sent.Payload:])
	}
	r.refuse(out, nettest.TCP("198.51.100.7:20", public+":5001", nettest.Flags("S")), netstack.Policy)
}

func Test5382REQ7NoPortIsLentTwice(t *testing.T) {
	r := newRig(t, outward())
	holder := make(map[string]string)
	for host := range 200 { // all want one port, and speak to one server
		from := fmt.Sprintf("10.1.0.%d:5000", 10+host)
		seen := r.syn(from, server)
		if other, ok := holder[seen]; ok {
			t.Fatalf("%s and %s are both %s", other, from, seen)
		}
		holder[seen] = from
	}
}

// REQ-9, REQ-10: every Destination Unreachable about a segment under way reaches
// who sent it, and the connection goes on.
func Test5382REQ10NoErrorEndsAConnection(t *testing.T) {
	r := newRig(t, outward())
	seen := r.handshake(client, server)
	x := r.goesOut(up("PA", 1001, 5001, nettest.Payload(100)))
	y := r.comesIn(down(seen, "PA", 5001, 1001, nettest.Payload(100)))
	before := r.sessions()[0]
	for code := range uint8(16) {
		got := r.pass(out, nettest.Unreachable(far, public, code, x.outer))
		if got.Flow.Dst != addr("10.1.0.10") || got.Quoted.SrcPort != 40000 || got.ICMPCode != code {
			t.Errorf("code %d arrives as %v, %d, about %v", code, got.Flow, got.ICMPCode, got.Quoted)
		}
		r.pass(in, nettest.Unreachable("10.1.0.10", "198.51.100.7", code, y.inner))
	}
	if after := r.sessions()[0]; after.State != before.State || after.TimeoutLeft != before.TimeoutLeft {
		t.Errorf("from %+v\nto   %+v", before, after)
	}
	r.pass(in, up("PA", 1101, 5101, nettest.Payload(100)))
	r.pass(out, down(seen, "A", 5101, 1201))
}
