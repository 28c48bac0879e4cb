package forward

import (
	"fmt"
	"testing"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

// Test5508REQ8NothingLeft has every protocol ask for an external endpoint when
// there is none: it is told so (RFC 6888 REQ-11, too), and nothing leaves.
func Test5508REQ8NothingLeft(t *testing.T) {
	few := func(p *netstack.Pool) {
		p.Parts[0].Ports = []netstack.PortRange{{First: 5000, Last: 5001}}
	}
	for name, ask := range map[string]func(host int) nettest.Packet{
		"udp": func(host int) nettest.Packet { return nettest.UDP(fmt.Sprintf("10.1.0.%d:4000", host), server) },
		"tcp": func(host int) nettest.Packet {
			return nettest.TCP(fmt.Sprintf("10.1.0.%d:4000", host), server, nettest.Flags("S"))
		},
		"gre": func(host int) nettest.Packet {
			return nettest.IP(fmt.Sprintf("10.1.0.%d", host), "198.51.100.7", netstack.GRE, nettest.Payload(8))
		},
	} {
		r := newRig(t, outward()).lends(few)
		r.pass(in, ask(10))
		if name != "gre" {
			r.pass(in, ask(11))
		}
		denied(t, name, r.refuse(in, ask(12), netstack.NATExhausted))
		denied(t, name, r.refuse(in, ask(12), netstack.NATExhausted))
	}
}

// denied wants the answer that says so, from the firewall.
func denied(t *testing.T, name string, res result) {
	t.Helper()
	if !res.Reply || res.Verdict != netstack.Drop {
		t.Fatalf("%s: %v, answered: %v", name, res.Verdict, res.Reply)
	}
	p := res.answer.Parse(t, in)
	if p.ICMPType != 3 || p.ICMPCode != 13 || p.Flow.Dst != addr("10.1.0.12") || p.Flow.Src != addr("10.1.0.1") {
		t.Errorf("%s: %v, type %d code %d", name, p.Flow, p.ICMPType, p.ICMPCode)
	}
}

// Test6888REQ4QuotaIsAnswered has a host at its quota: it is its own fault, and
// others go on.
func Test6888REQ4QuotaIsAnswered(t *testing.T) {
	r := newRig(t, outward()).lends(func(p *netstack.Pool) { p.Quota = 2 })
	ask := func(host, port int) nettest.Packet {
		return nettest.UDP(fmt.Sprintf("10.1.0.%d:%d", host, port), server)
	}
	r.pass(in, ask(12, 4000))
	r.pass(in, nettest.ICMPEcho("10.1.0.12", "198.51.100.7"))
	denied(t, "quota", r.refuse(in, ask(12, 4001), netstack.SourceLimit))
	r.pass(in, nettest.UDP("10.1.0.12:4000", "198.51.100.8:53")) // no mapping more
	r.pass(in, ask(13, 4001))
}

// The answers have a limit, so that whoever floods the pool gets no flood back.
func Test5508REQ8IsRateLimited(t *testing.T) {
	r := newRig(t, outward()).lends(func(p *netstack.Pool) {
		p.Parts[0].Ports = []netstack.PortRange{{First: 5000, Last: 5000}}
	})
	r.pass(in, nettest.UDP("10.1.0.10:1", server))
	answers := 0
	for port := range 1000 {
		if r.refuse(in, nettest.UDP(fmt.Sprintf("10.1.0.11:%d", port+1), server), netstack.NATExhausted).Reply {
			answers++
		}
	}
	if answers == 0 || answers > answersBurst {
		t.Errorf("%d answers", answers)
	}
}
