package forward

import (
	"net/netip"
	"testing"
	"time"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
	"sallyport/state"
)

// triggers has for each reason the least traffic that is refused for it, and
// nothing else of which is refused.
var triggers = map[netstack.Reason]func(r *rig){
	netstack.Short: arrives(in, nettest.TCP(client, server, nettest.Flags("S")).Cut(30)),
	netstack.BadHeader: arrives(in, nettest.TCP(client, server, nettest.Flags("S")).MutateIPv4(func(b []byte) {
		b[0] = 0x44 // a header of 16 bytes
	})),
	netstack.BadChecksum: arrives(in, nettest.UDP(client, server, nettest.WrongChecksum())),
	netstack.BadFlags:    arrives(in, nettest.TCP(client, server, nettest.Flags("SF"))),
	netstack.IPOption:    arrives(in, nettest.UDP(client, server, nettest.IPOptions(7, 7, 4, 0, 0, 0, 0))), // record route
	netstack.SourceRoute: arrives(in, nettest.UDP(client, server, nettest.IPOptions(131, 7, 4, 10, 1, 0, 9))),
	netstack.Land:        arrives(in, nettest.TCP("10.1.0.10:80", "10.1.0.10:80", nettest.Flags("S"))),
	netstack.Spoofed:     arrives(out, nettest.UDP("10.1.0.99:1", "10.1.0.10:2")),
	netstack.Martian:     arrives(in, nettest.UDP("127.0.0.1:1", server)),
	netstack.TTLExpired:  arrives(in, nettest.UDP(client, server, nettest.TTL(0))),
	netstack.TooBig:      arrives(in, nettest.UDP(client, server, nettest.DF(), nettest.Payload(1460))),

	netstack.FragOverlap: func(r *rig) {
		whole := nettest.UDP(client, server, nettest.Payload(92))
		r.send(in, nettest.Split(whole, 40, 7)[1])
		r.refuse(in, nettest.Split(whole, 40, 7)[1], netstack.FragOverlap) // again: it alone
	},
	netstack.FragShort:     arrives(in, nettest.TCP(client, server, nettest.Payload(100), nettest.Fragment(0, 16, true, 7))),
	netstack.FragBadLength: arrives(in, nettest.UDP(client, server, nettest.Payload(100), nettest.Fragment(0, 12, true, 7))),
	netstack.FragTooBig:    arrives(in, jolt2(7)),
	netstack.FragTimeout: func(r *rig) {
		r.send(in, nettest.UDP(client, server, nettest.Payload(100), nettest.Fragment(0, 16, true, 7)))
		r.wait(30 * time.Second)
		r.engine.Fragments.Sweep(r.now, 10)
	},
	netstack.FragLimit: func(r *rig) {
		r.engine.Fragments = state.NewFragments(state.FragmentLimits{}, state.Seed{})
		r.refuse(in, nettest.UDP(client, server, nettest.Payload(100), nettest.Fragment(0, 16, true, 7)), netstack.FragLimit)
	},

	netstack.Policy:    arrives(out, nettest.UDP("[fd00:9::7]:53", "[fd00:1::10]:5000")),
	netstack.NoSession: arrives(out, nettest.ICMPEchoReply("fd00:9::7", "fd00:1::10")),
	netstack.ICMPUnrelated: arrives(out, nettest.Unreachable("fd00:9::7", "fd00:1::10", 1,
		nettest.UDP("[fd00:1::10]:1", "[fd00:9::7]:2"))),
	netstack.Asymmetric: arrives(out, nettest.TCP(server6, client6, nettest.Flags("SA"))),
	netstack.Handshake: func(r *rig) {
		r.pass(in, nettest.TCP(client6, server6, nettest.Flags("S"), nettest.Seq(1)))
		r.pass(out, nettest.TCP(server6, client6, nettest.Flags("S"), nettest.Seq(9))) // they cross
		r.refuse(out, nettest.TCP(server6, client6, nettest.Flags("A"), nettest.Seq(10), nettest.Ack(2)), netstack.Handshake)
	},
	netstack.OutOfWindow: func(r *rig) {
		r.handshake(client6, server6)
		r.refuse(in, nettest.TCP(client6, server6, nettest.Flags("A"), nettest.Seq(1<<30), nettest.Ack(5001)), netstack.OutOfWindow)
	},
	netstack.RSTInvalid: func(r *rig) {
		r.handshake(client6, server6)
		r.refuse(out, nettest.TCP(server6, client6, nettest.Flags("R"), nettest.Seq(1<<30)), netstack.RSTInvalid)
	},
	netstack.StateLimit: func(r *rig) {
		r.engine.Table = state.NewTable(state.Limits{MaxSessions: 1}, state.DefaultTimeouts(), state.Seed{})
		r.pass(in, nettest.UDP(client6, "[fd00:9::7]:1"))
		r.pass(out, nettest.UDP("[fd00:9::7]:1", client6))
		r.refuse(in, nettest.UDP(client6, "[fd00:9::7]:2"), netstack.StateLimit)
	},
	netstack.SourceLimit: func(r *rig) {
		r.limit(state.Limit{PerSource: 1})
		r.pass(in, nettest.UDP(client6, "[fd00:9::7]:1"))
		r.refuse(in, nettest.UDP(client6, "[fd00:9::7]:2"), netstack.SourceLimit)
		r.pass(in, nettest.UDP("[fd00:1::11]:1", "[fd00:9::7]:1"))
	},
	netstack.RateLimit: func(r *rig) {
		r.limit(state.Limit{Rate: state.Rate{Sessions: 2, Per: time.Minute}})
		r.pass(in, nettest.UDP(client6, "[fd00:9::7]:1"))
		r.pass(in, nettest.UDP(client6, "[fd00:9::7]:2"))
		r.refuse(in, nettest.UDP(client6, "[fd00:9::7]:3"), netstack.RateLimit)
		r.wait(30 * time.Second)
		r.pass(in, nettest.UDP(client6, "[fd00:9::7]:3"))
	},
	netstack.HalfOpenLimit: func(r *rig) {
		r.limit(state.Limit{HalfOpen: 1})
		r.pass(in, nettest.TCP(client6, "[fd00:9::7]:1", nettest.Flags("S")))
		r.refuse(in, nettest.TCP(client6, "[fd00:9::7]:2", nettest.Flags("S")), netstack.HalfOpenLimit)
	},
	netstack.NATExhausted: func(r *rig) {
		r.pass(in, nettest.IP("10.1.0.10", "198.51.100.7", netstack.GRE, nettest.Payload(8)))
		r.refuse(in, nettest.IP("10.1.0.11", "198.51.100.7", netstack.GRE, nettest.Payload(8)), netstack.NATExhausted)
	},
	netstack.NATFiltered: func(r *rig) {
		m := r.pass(in, nettest.UDP("10.1.0.10:5000", "198.51.100.7:53"))
		r.refuse(out, nettest.UDP("198.51.100.8:53", endpoint(m.Flow.Src, m.Flow.SrcPort)), netstack.NATFiltered)
	},
	netstack.Untranslatable: func(r *rig) {
		spec := outward()
		spec.NAT[1].Targets[0].Addr = netip.MustParseAddr("10.1.0.1") // to the box itself
		r.load(spec)
		r.refuse(out, nettest.TCP(server, public+":8080", nettest.Flags("S")), netstack.Untranslatable)
	},
	netstack.NoRoute: arrives(out, nettest.UDP("198.51.100.1:1", "203.0.113.1:2")),
	netstack.NotReady: func(r *rig) {
		r.engine.Swap(nil)
		r.refuse(in, nettest.UDP(client, server), netstack.NotReady)
	},
}

// elsewhere are the reasons that one lane alone cannot show, with the test that
// does, and those that nothing gives yet.
var elsewhere = map[netstack.Reason]string{
	netstack.QueueFull: "TestWorkerCountsWhatTheDeviceRefused",
	netstack.Internal:  "TestWorkerSurvivesAFault",

	netstack.BadHelper: "",
}

// limit puts all rules under this limit, each for itself.
func (r *rig) limit(l state.Limit) {
	r.Helper()
	spec := outward()
	var limits []state.Limit
	for i := range spec.Rules {
		ledger, err := r.engine.Table.Ledger(spec.Rules[i].Name)
		if err != nil {
			r.Fatal(err)
		}
		l.Ledger = ledger
		limits, spec.Rules[i].Limit = append(limits, l), uint16(i+1)
	}
	r.load(spec)
	r.engine.Load().SetLimits(limits)
}

// arrives has one packet arrive, and nothing else.
func arrives(side netstack.Side, p nettest.Packet) func(*rig) {
	return func(r *rig) { r.send(side, p) }
}

// TestEveryReason: whatever is refused is refused for a reason, and each reason
// is one that traffic can meet.
func TestEveryReason(t *testing.T) {
	for reason := netstack.ReasonNone + 1; reason < netstack.Reasons; reason++ {
		trigger, ok := triggers[reason]
		if _, known := elsewhere[reason]; ok == known {
			t.Errorf("%v: want it triggered here or known to be elsewhere", reason)
			continue
		}
		if !ok {
			continue
		}
		t.Run(reason.String(), func(t *testing.T) {
			r := newRig(t, outward())
			trigger(r)
			var want [netstack.Reasons]uint64
			want[reason] = 1
			if got := r.everyRefusal(); got != want {
				t.Errorf("refused for %v, want %v alone", words(got), reason)
			}
		})
	}
}

// everyRefusal adds up what was refused at once and what was held first.
func (r *rig) everyRefusal() (n [netstack.Reasons]uint64) {
	n = r.refused
	for side := range netstack.Side(netstack.Sides) {
		for reason, lost := range r.engine.Fragments.Stats(side).Lost {
			n[reason] += lost
		}
	}
	return n
}

func words(n [netstack.Reasons]uint64) map[string]uint64 {
	m := map[string]uint64{}
	for reason, count := range n {
		if count > 0 {
			m[netstack.Reason(reason).String()] = count
		}
	}
	return m
}
