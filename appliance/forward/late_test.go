package forward

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
	"sallyport/state"
)

// lends changes the pool that the rig's policy masquerades with, which no packet
// has met yet.
func (r *rig) lends(change func(*netstack.Pool)) *rig {
	r.Helper()
	for _, p := range []nettest.Packet{nettest.UDP("10.1.0.10:1", server), nettest.ICMPEcho("10.1.0.10", "198.51.100.7")} {
		change(r.engine.Load().Rules.Evaluate(p.Parse(r, in)).Translation.Pool)
	}
	return r
}

// late returns the answers that are given now.
func (r *rig) late() (answers []nettest.Packet) {
	f := netstack.NewFrame()
	for {
		side, ok := r.lane.Late(f, r.now)
		if !ok {
			return answers
		}
		if side != out {
			r.Fatalf("an answer leaves by %v", side)
		}
		answers = append(answers, nettest.Of(f))
	}
}

const stranger = "203.0.113.9:7777"

// unasked has a host inside have a mapping, and a stranger send a SYN to it,
// twice. It returns the mapping's external endpoint.
func (r *rig) unasked() string {
	r.Helper()
	m := r.pass(in, nettest.TCP(client, server, nettest.Flags("S"), nettest.Seq(1)))
	external := endpoint(m.Flow.Src, m.Flow.SrcPort)
	for range 2 {
		res := r.refuse(out, nettest.TCP(stranger, external, nettest.Flags("S"), nettest.Seq(77)), netstack.NATFiltered)
		if res.Reply {
			r.Fatal("answered at once")
		}
		r.wait(time.Second)
	}
	return external
}

// Test5382REQ4UnaskedSYN is answered after six seconds, once, and no sooner.
func Test5382REQ4UnaskedSYN(t *testing.T) {
	r := newRig(t, outward())
	external := r.unasked()
	r.wait(4*time.Second - 1)
	if a := r.late(); len(a) != 0 {
		t.Fatalf("%d answers too early", len(a))
	}
	r.wait(1)
	a := r.late()
	if len(a) != 1 || len(r.late()) != 0 {
		t.Fatalf("%d answers", len(a))
	}
	p := a[0].Parse(t, out)
	if p.ICMPType != 3 || p.ICMPCode != 3 || p.Flow.Dst != addr("203.0.113.9") || p.Flow.Src != addr(public) {
		t.Errorf("%v, type %d code %d", p.Flow, p.ICMPType, p.ICMPCode)
	}
	if got, want := p.Quoted.String(), fmt.Sprintf("tcp %s -> %s", stranger, external); got != want {
		t.Errorf("quotes %s, want %s", got, want)
	}
}

// Test5382REQ4TheWorkerAnswers when the time has come.
func Test5382REQ4TheWorkerAnswers(t *testing.T) {
	r := newRig(t, outward())
	l := newLoop(t, r.engine, 100)
	var now atomic.Int64
	now.Store(1)
	l.worker.clock = func() state.Instant { return state.Instant(now.Load()) }
	go func() { l.done <- l.worker.Run() }()
	l.links[in].Inject(nettest.TCP(client, server, nettest.Flags("S"), nettest.Seq(1)), nettest.UDP(client6, server6))
	mapped := l.links[out].Wait(t, 2)[0].Parse(t, out).Flow
	unasked := nettest.TCP(stranger, endpoint(mapped.Src, mapped.SrcPort), nettest.Flags("S"), nettest.Seq(77))
	l.links[out].Inject(unasked, nettest.UDP(server6, client6))
	l.links[in].Wait(t, 1) // so the SYN has been seen
	now.Add(int64(6 * time.Second))
	l.links[out].Inject(nettest.UDP(server6, client6)) // wakes it
	if p := l.links[out].Wait(t, 1)[0].Parse(t, out); p.ICMP != netstack.ICMPError {
		t.Errorf("%v left, want the answer", p.Flow)
	}
	if err := l.stop(); err != nil {
		t.Error(err)
	}
}

// Test5382REQ4SimultaneousOpen has the other half leave in time: then there is
// no answer, and the SYN gets through when it is sent again.
func Test5382REQ4SimultaneousOpen(t *testing.T) {
	r := newRig(t, outward())
	external := r.unasked()
	r.pass(in, nettest.TCP(client, stranger, nettest.Flags("S"), nettest.Seq(500)))
	r.pass(out, nettest.TCP(stranger, external, nettest.Flags("S"), nettest.Seq(77)))
	r.wait(6 * time.Second)
	if a := r.late(); len(a) != 0 {
		t.Errorf("%d answers to half of a connection", len(a))
	}
}

// Test5382REQ4aQuiet is the policy never to answer.
func Test5382REQ4aQuiet(t *testing.T) {
	for _, filtering := range []netstack.Dependence{netstack.AddressDependent, netstack.AddressAndPortDependent} {
		for mapping := netstack.EndpointIndependent; mapping <= netstack.AddressAndPortDependent; mapping++ {
			r := newRig(t, outward()).lends(func(p *netstack.Pool) {
				p.QuietSYN, p.Mapping, p.Filtering = true, mapping, filtering
			})
			r.unasked()
			r.wait(time.Minute)
			if a := r.late(); len(a) != 0 {
				t.Errorf("%v, %v: %d answers", mapping, filtering, len(a))
			}
		}
	}
}

// Only what might have been a simultaneous open is answered late: not what no
// mapping is there for, nor datagrams.
func TestLateAnswersAreForSYNsToMappings(t *testing.T) {
	r := newRig(t, outward())
	r.pass(in, nettest.UDP(client, server))
	r.refuse(out, nettest.UDP(stranger, public+":50000"), netstack.Policy)
	r.refuse(out, nettest.TCP(stranger, public+":50000", nettest.Flags("S")), netstack.Policy)
	r.wait(time.Minute)
	if a := r.late(); len(a) != 0 {
		t.Errorf("%d answers", len(a))
	}
}

// A flood of SYNs is held as far as there is room, and answered within the limit
// of answers.
func TestLateAnswersAreBounded(t *testing.T) {
	r := newRig(t, outward())
	external := r.unasked()
	for i := range 5000 {
		r.send(out, nettest.TCP(fmt.Sprintf("203.0.113.8:%d", 1024+i), external, nettest.Flags("S")))
	}
	r.wait(time.Minute)
	if n := len(r.late()); n == 0 || n > lateMost {
		t.Errorf("%d answers", n)
	}
	r.refuse(out, nettest.TCP("203.0.113.8:1", external, nettest.Flags("S")), netstack.NATFiltered)
	r.wait(6 * time.Second)
	if n := len(r.late()); n != 1 {
		t.Errorf("%d answers after the flood", n)
	}
}
