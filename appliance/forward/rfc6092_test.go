package forward

import (
	"fmt"
	"testing"
	"time"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
	"sallyport/state"
)

func Test6092REC2MulticastStaysOnItsSide(t *testing.T) {
	r := newRig(t, outward())
	for _, group := range []string{"ff01::1", "ff02::fb", "ff05::1:3", "ff08::1", "ff0e::101"} {
		r.refuse(in, nettest.UDP(client6, "["+group+"]:5353"), netstack.Martian)
		r.refuse(out, nettest.UDP(server6, "["+group+"]:5353"), netstack.Martian)
	}
}

func Test6092REC4SourceRoutingDoesNotPass(t *testing.T) {
	r := newRig(t, outward())
	rh0 := append([]byte{2, 0, 1, 0, 0, 0, 0}, make([]byte, 16)...)
	r.refuse(in, nettest.UDP(client6, server6, nettest.Extension(43, rh0...)), netstack.SourceRoute)
	r.refuse(out, nettest.UDP(server6, client6, nettest.Extension(43, rh0...)), netstack.SourceRoute)
}

// REC-5, REC-6: what leaves comes from inside, and what enters does not claim to.
func Test6092REC5SourcesAreOfTheirSide(t *testing.T) {
	r := newRig(t, outward())
	r.refuse(in, nettest.UDP("[fd00:99::1]:1", server6), netstack.Spoofed)
	r.refuse(in, nettest.UDP(server6, "[fd00:9::8]:1"), netstack.Spoofed)
	r.refuse(out, nettest.UDP("[fd00:1::77]:1", client6), netstack.Spoofed)
	r.refuse(out, nettest.UDP("[fd00:1::1]:1", client6), netstack.Spoofed)
}

func Test6092REC10ErrorsWithoutStateDoNotPass(t *testing.T) {
	r := newRig(t, outward())
	stranger := nettest.UDP(client6, server6)
	r.refuse(out, nettest.Unreachable(far6, hostOf(client6), 4, stranger), netstack.ICMPUnrelated)
	r.refuse(out, nettest.TooBig(far6, hostOf(client6), 1280, stranger), netstack.ICMPUnrelated)
}

// generic are packets there and back of protocols that no tracker knows more of
// than addresses, or addresses and ports.
func generic() map[string]exchange {
	ip := func(proto netstack.Protocol) exchange {
		a, b := hostOf(client6), hostOf(server6)
		return exchange{nettest.IP(a, b, proto, nettest.Payload(40)), nettest.IP(b, a, proto, nettest.Payload(40))}
	}
	data := nettest.Payload(40)
	return map[string]exchange{
		"esp":     ip(netstack.ESP),
		"hip":     ip(139),
		"gre":     ip(netstack.GRE),
		"dccp":    {nettest.DCCP(client6, server6, data), nettest.DCCP(server6, client6, data)},
		"udplite": {nettest.UDPLite(client6, server6, data), nettest.UDPLite(server6, client6, data)},
	}
}

// REC-11, REC-12, REC-25: by addresses alone, ESP not by its SPI; two minutes
// at least, and ten once both have spoken.
func Test6092REC12GenericTransports(t *testing.T) {
	for name, x := range generic() {
		if name == "udplite" {
			continue // has UDP's timers
		}
		t.Run(name, func(t *testing.T) {
			r := newRig(t, outward())
			r.refuse(out, x.outer, netstack.Policy)
			r.pass(in, x.inner)
			r.wait(2*time.Minute - 1)
			r.pass(out, x.outer)
			r.wait(5 * time.Minute)
			r.pass(out, x.outer)
			other := x.outer.Mutate(func(b []byte) { b[40+5] ^= 0xff }) // another SPI
			if name == "esp" {
				r.pass(out, other)
			}
		})
	}
}

// REC-18, 23, 30, 36, 41, 45: an error about what is under way reaches its
// sender. REC-19, 37, 42, 46: and ends nothing.
func Test6092REC18ErrorsPassAndEndNothing(t *testing.T) {
	all := generic()
	all["udp"] = exchange{nettest.UDP(client6, server6), nettest.UDP(server6, client6)}
	all["tcp"] = exchange{nettest.TCP(client6, server6, nettest.Flags("S"), nettest.Seq(9)),
		nettest.TCP(server6, client6, nettest.Flags("SA"), nettest.Ack(10))}
	all["sctp"] = exchange{nettest.SCTP(client6, server6, initChunk(1, 77, 20)),
		nettest.SCTP(server6, client6, nettest.Tag(77), initChunk(2, 78, 20))}
	for name, x := range all {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, outward())
			sent := r.goesOut(x.inner)
			before := r.sessions()[0]
			r.wait(time.Second)
			for _, err := range []nettest.Packet{
				nettest.TooBig(far6, hostOf(client6), 1280, sent.outer),
				nettest.Unreachable(far6, hostOf(client6), 4, sent.outer),
				nettest.TimeExceeded(far6, hostOf(client6), sent.outer),
			} {
				if got := r.pass(out, err); got.Flow.Dst != addr(hostOf(client6)) {
					t.Errorf("an error goes to %v", got.Flow.Dst)
				}
			}
			if after := r.sessions(); len(after) != 1 || after[0].TimeoutLeft != before.TimeoutLeft-time.Second {
				t.Errorf("from %+v\nto   %+v", before, after)
			}
			r.pass(out, x.outer)
		})
	}
}

// REC-16: what goes out keeps the state.
func Test6092REC16RefreshByWhatGoesOut(t *testing.T) {
	r := newRig(t, outward())
	r.pass(in, nettest.UDP(client6, server6))
	r.pass(out, nettest.UDP(server6, client6))
	for range 10 {
		r.wait(5*time.Minute - 1)
		r.pass(in, nettest.UDP(client6, server6))
	}
	r.wait(5*time.Minute - 1)
	r.pass(out, nettest.UDP(server6, client6))
}

// REC-14: a datagram that nobody has answered keeps its state thirty seconds; two
// minutes if the configuration says so.
func Test6092REC14TimerIsConfigurable(t *testing.T) {
	timeouts := state.DefaultTimeouts()
	if err := timeouts.Set("udp_single", 2*time.Minute); err != nil {
		t.Fatal(err)
	}
	r := newRig(t, outward())
	r.engine.Table = state.NewTable(state.Limits{MaxSessions: 10}, timeouts, state.Seed{1})
	r.pass(in, nettest.UDP(client6, server6))
	r.wait(2*time.Minute - 1)
	r.pass(out, nettest.UDP(server6, client6))
}

func Test6092REC20UDPLiteIsNotUDP(t *testing.T) {
	r := newRig(t, outward())
	r.pass(in, nettest.UDP(client6, server6))
	r.refuse(out, nettest.UDPLite(server6, client6), netstack.Policy)
	r.pass(in, nettest.UDPLite(client6, server6))
	if n := len(r.sessions()); n != 2 {
		t.Errorf("%d sessions, want 2", n)
	}
}

// REC-21, 22, 24, 26: what begins inside passes both ways.
func Test6092REC22IPsecAndHIPFromInside(t *testing.T) {
	r := newRig(t, outward())
	ike, seen := nettest.UDP("[fd00:1::10]:500", "[fd00:9::7]:500"), nettest.UDP("[fd00:9::7]:500", "[fd00:1::10]:500")
	r.pass(in, ike)
	r.pass(out, seen)
	for _, name := range []string{"esp", "hip"} {
		x := generic()[name]
		r.pass(in, x.inner)
		r.pass(out, x.outer)
	}
	ah := []byte{4, 0, 0, 0, 0, 1, 2, 0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12} // 24 bytes with the next header
	r.pass(in, nettest.UDP(client6, server6, nettest.Extension(netstack.AH, ah...)))
}

func Test6092REC31SimultaneousOpen(t *testing.T) {
	r := newRig(t, outward())
	r.pass(in, nettest.TCP(client6, server6, nettest.Flags("S"), nettest.Seq(1000)))
	r.pass(out, nettest.TCP(server6, client6, nettest.Flags("S"), nettest.Seq(5000)))
	r.pass(in, nettest.TCP(client6, server6, nettest.Flags("SA"), nettest.Seq(1000), nettest.Ack(5001)))
	r.pass(out, nettest.TCP(server6, client6, nettest.Flags("SA"), nettest.Seq(5000), nettest.Ack(1001)))
	r.pass(in, nettest.TCP(client6, server6, nettest.Flags("A"), nettest.Seq(1001), nettest.Ack(5001)))
}

func Test6092REC35EstablishedTimer(t *testing.T) {
	r := newRig(t, outward())
	r.handshake(client6, server6)
	r.wait(2*time.Hour + 4*time.Minute - 1)
	r.pass(out, nettest.TCP(server6, client6, nettest.Flags("A"), nettest.Seq(5001), nettest.Ack(1001)))
}

func Test6092REC40SCTPTimer(t *testing.T) {
	const mine, yours = 77, 78
	r := newRig(t, outward())
	cookie := nettest.PayloadBytes([]byte{10, 0, 0, 8, 1, 2, 3, 4})
	r.pass(in, nettest.SCTP(client6, server6, initChunk(1, mine, 20)))
	r.pass(out, nettest.SCTP(server6, client6, nettest.Tag(mine), initChunk(2, yours, 20)))
	r.pass(in, nettest.SCTP(client6, server6, nettest.Tag(yours), cookie))
	r.pass(out, nettest.SCTP(server6, client6, nettest.Tag(mine), nettest.PayloadBytes([]byte{11, 0, 0, 4})))
	r.wait(2*time.Hour + 4*time.Minute - 1)
	r.pass(out, nettest.SCTP(server6, client6, nettest.Tag(mine), nettest.PayloadBytes([]byte{4, 0, 0, 4})))
}

// REC-50: what is asked of the box itself from outside is refused unless a rule
// allows it.
func Test6092REC50NothingIsServedToTheOutside(t *testing.T) {
	r := newRig(t, outward())
	for port := range 1024 {
		to := fmt.Sprintf("[fd00:2::1]:%d", port)
		r.refuse(out, nettest.TCP(server6, to, nettest.Flags("S")), netstack.Policy)
		r.refuse(out, nettest.UDP(server6, to), netstack.Policy)
	}
}
