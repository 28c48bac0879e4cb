package forward

import (
	"fmt"
	"testing"
	"time"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
	"sallyport/policy"
	"sallyport/state"
)

// both runs a case in the profiles strict and fw1.
func both(t *testing.T, f func(t *testing.T, p state.Profile)) {
	t.Helper()
	for _, p := range []state.Profile{state.Strict, state.FW1} {
		t.Run(p.String(), func(t *testing.T) { f(t, p) })
	}
}

// The table first: what it has does not reach the rules. On a miss, FireWall-1
// asks them about any packet; here they are asked about what can begin something.
func TestS01TableFirst(t *testing.T) {
	both(t, func(t *testing.T, p state.Profile) {
		r := profileRig(t, p)
		hits := func(want uint64) {
			t.Helper()
			if got := r.engine.Load().Hit(0).Hits; got != want {
				t.Fatalf("the rule has decided %d times, want %d", got, want)
			}
		}
		r.handshake(alice, bob)
		hits(1)
		r.send(in, tcp("10.1.0.6:1", bob, "A"))
		hits(map[state.Profile]uint64{state.Strict: 1, state.FW1: 2}[p])
	})
}

// "Any any accept": state is apart from policy, and no rule makes sense of a
// packet that has none.
func TestS03AnyAnyAccept(t *testing.T) {
	both(t, func(t *testing.T, p state.Profile) {
		r := newRig(t, policy.Spec{Rules: []policy.Rule{{
			Name: "any", From: policy.FromInside | policy.FromOutside, To: policy.AnyZone, Action: netstack.Pass,
		}}}).live(p)
		for _, flags := range []string{"A", "SA", "FA", ""} {
			res := r.send(out, tcp(bob, alice, flags))
			if passes := res.Verdict == netstack.Pass; passes != (p == state.FW1) {
				t.Errorf("%q: %v (%v)", flags, res.Verdict, res.Reason)
			}
		}
	})
}

func TestS07FirstTimeouts(t *testing.T) {
	both(t, func(t *testing.T, p state.Profile) {
		r := profileRig(t, p)
		first, then := time.Duration(30), time.Duration(7440)
		if p == state.FW1 {
			first, then = 60, 3600
		}
		r.pass(in, nettest.TCP(alice, bob, nettest.Flags("S"), nettest.Seq(1000)))
		r.holds(first, first)
		r.pass(out, nettest.TCP(bob, alice, nettest.Flags("SA"), nettest.Seq(5000), nettest.Ack(1001)))
		if p == state.FW1 {
			r.holds(then, then)
		} else {
			r.holds(first, first) // not before the opener has acknowledged it
		}
		r.pass(in, nettest.TCP(alice, bob, nettest.Flags("A"), nettest.Seq(1001), nettest.Ack(5001)))
		r.holds(then, then)
	})
}

func TestS10FINAndRSTBuildNothing(t *testing.T) {
	both(t, func(t *testing.T, p state.Profile) {
		r := profileRig(t, p)
		for _, flags := range []string{"F", "R", "RA"} {
			r.send(in, tcp(alice, bob, flags))
			r.holdsNothing()
		}
	})
}

// One FIN cuts FireWall-1's hour to 50 s; here a half-closed connection lives as
// long as an open one, and a RST that is not exact closes nothing.
func TestS14OneFINOrRST(t *testing.T) {
	fin := nettest.TCP(bob, alice, nettest.Flags("FA"), nettest.Seq(5001), nettest.Ack(1001))
	rst := nettest.TCP(bob, alice, nettest.Flags("R"), nettest.Seq(5017))
	for name, p := range map[string]nettest.Packet{"FIN": fin, "RST": rst} {
		t.Run(name, func(t *testing.T) {
			both(t, func(t *testing.T, profile state.Profile) {
				r := profileRig(t, profile)
				r.handshake(alice, bob)
				r.send(out, p)
				r.wait(51 * time.Second)
				if alive := len(r.sessions()) == 1; alive != (profile == state.Strict) {
					t.Errorf("alive after 51 s: %v", alive)
				}
			})
		})
	}
}

// The second entry with port 0 is in the listing alone: nothing comes in by it.
func TestS17NoWildcards(t *testing.T) {
	both(t, func(t *testing.T, p state.Profile) {
		r := profileRig(t, p)
		r.pass(in, nettest.UDP("10.1.0.5:1111", "198.51.100.7:53"))
		if len(r.sessions()) != 1 {
			t.Errorf("%+v", r.sessions())
		}
		for _, port := range []int{0, 1, 52, 54} {
			r.refuse(out, nettest.UDP(fmt.Sprintf("198.51.100.7:%d", port), "10.1.0.5:1111"), netstack.Policy)
		}
		r.pass(out, nettest.UDP("198.51.100.7:53", "10.1.0.5:1111"))
	})
}

// One entry holds both tuples: there is no second table for translation.
func TestS29OneEntryHoldsBothTuples(t *testing.T) {
	both(t, func(t *testing.T, p state.Profile) {
		r := newRig(t, outward()).live(p)
		seen := r.handshake(client, server)
		list := r.sessions()
		if len(list) != 1 || !list[0].NAT() || list[0].SrcRule != 1 || list[0].DstRule != 0 {
			t.Fatalf("%+v", list)
		}
		if got := endpoint(list[0].Reply.Dst, list[0].Reply.DstPort); got != seen || got == client {
			t.Errorf("the replies come to %s, the server sees %s", got, seen)
		}
	})
}

// J1, J3: return traffic finds its way whatever port the client took, and no
// rule says so.
func TestJ01ReturnTraffic(t *testing.T) {
	both(t, func(t *testing.T, p state.Profile) {
		r := profileRig(t, p)
		for port := 1024; port < 65536; port += 4999 {
			client := fmt.Sprintf("10.1.0.5:%d", port)
			r.handshake(client, bob)
			r.pass(out, nettest.TCP(bob, client, nettest.Flags("PA"), nettest.Seq(5001), nettest.Ack(1001), nettest.Payload(100)))
		}
	})
}

// The trick that beats static rules for return traffic: source port 80.
func TestJ02SourcePort80(t *testing.T) {
	both(t, func(t *testing.T, p state.Profile) {
		r := profileRig(t, p)
		r.handshake(alice, "198.51.100.7:80")
		for _, flags := range []string{"S", "A", "SA", "FA", "R"} {
			if res := r.send(out, tcp("198.51.100.7:80", "10.1.0.5:22", flags)); res.Verdict == netstack.Pass {
				t.Errorf("%q passes", flags)
			}
		}
	})
}

// J4: a question and its answer over UDP.
func TestJ04UDPAnswers(t *testing.T) {
	both(t, func(t *testing.T, p state.Profile) {
		r := profileRig(t, p)
		for _, service := range []string{"198.51.100.7:53", "198.51.100.7:123"} {
			r.pass(in, nettest.UDP("10.1.0.5:1111", service))
			r.pass(out, nettest.UDP(service, "10.1.0.5:1111"))
		}
		r.refuse(out, nettest.UDP("198.51.100.7:124", "10.1.0.5:1111"), netstack.Policy)
	})
}

// J5: a session is one conversation, and has a name of its own.
func TestJ05SessionsAreCounted(t *testing.T) {
	both(t, func(t *testing.T, p state.Profile) {
		r := profileRig(t, p)
		ids := map[uint64]bool{}
		for port := 1; port <= 10; port++ {
			client := fmt.Sprintf("10.1.0.5:%d", 2000+port)
			first := r.send(in, nettest.TCP(client, bob, nettest.Flags("S"), nettest.Seq(1000)))
			answer := r.send(out, nettest.TCP(bob, client, nettest.Flags("SA"), nettest.Seq(5000), nettest.Ack(1001)))
			if first.Session == 0 || answer.Session != first.Session || len(r.sessions()) != port {
				t.Errorf("%d and %d of %d", first.Session, answer.Session, len(r.sessions()))
			}
			ids[first.Session] = true
		}
		if len(ids) != 10 {
			t.Errorf("%d names for 10 conversations", len(ids))
		}
	})
}

// J11: after the timeout, what comes belongs to nothing. FireWall-1 lets the
// client's next ACK build the connection anew, and the server's not.
func TestJ11AfterTheTimeout(t *testing.T) {
	both(t, func(t *testing.T, p state.Profile) {
		r := profileRig(t, p)
		r.handshake(alice, bob)
		r.wait(2*time.Hour + 4*time.Minute)
		late := tcp(bob, alice, "PA", nettest.Payload(10))
		back := tcp(alice, bob, "A")
		if p == state.Strict {
			r.refuse(out, late, netstack.NoSession)
			r.refuse(in, back, netstack.NoSession)
			return
		}
		r.refuse(out, late, netstack.Policy)
		r.pass(in, back)
		r.pass(out, late)
	})
}

// J13: a SYN-ACK out of nowhere.
func TestJ13SuddenSYNACK(t *testing.T) {
	both(t, func(t *testing.T, p state.Profile) {
		r := profileRig(t, p)
		res := r.send(in, tcp(alice, bob, "SA"))
		if want := map[state.Profile]netstack.Reason{state.Strict: netstack.Asymmetric}[p]; res.Reason != want {
			t.Errorf("%v, want %v", res.Reason, want)
		}
	})
}

// throughAMapping is a script in which a stranger and a neighbour come in through
// a mapping.
func throughAMapping() (script []byte) {
	for _, p := range []struct {
		side netstack.Side
		nettest.Packet
	}{
		{in, nettest.UDP("10.1.0.10:5000", "198.51.100.7:53")},
		{out, nettest.UDP("203.0.113.9:99", public+":5000")},
		{in, nettest.UDP("10.1.0.10:5000", "203.0.113.9:99")},
		{in, nettest.UDP("10.1.0.11:5001", public+":5000")},
		{in, nettest.UDP("10.1.0.10:5000", public+":5001")},
	} {
		script = append(script, byte(p.side), 0, byte(len(p.Bytes)))
		script = append(script, p.Bytes...)
	}
	return script
}
