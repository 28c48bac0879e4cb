package forward

import (
	"testing"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

func anybody(p *netstack.Pool) { p.Filtering = netstack.EndpointIndependent }

// sees sends p in by a side, and wants it to leave by a side as a flow.
func (r *rig) sees(in netstack.Side, p nettest.Packet, out netstack.Side, want string) {
	r.Helper()
	res := r.send(in, p)
	if res.Verdict != netstack.Pass || res.Out != out {
		r.Fatalf("%v by %v (%v)", res.Verdict, res.Out, res.Reason)
	}
	if got := res.packet.Parse(r, out).Flow.String(); got != want {
		r.Fatalf("leaves as %s, want %s", got, want)
	}
}

// Whoever asks for a filtering that lets strangers in has them, without a rule.
func Test4787REQ8StrangersNeedNoRule(t *testing.T) {
	r := newRig(t, outward()).lends(anybody)
	r.sees(in, nettest.UDP("10.1.0.10:5000", "198.51.100.7:53"), out, "udp 192.0.2.1:5000 -> 198.51.100.7:53")
	r.sees(out, nettest.UDP(stranger, public+":5000"), in, "udp "+stranger+" -> 10.1.0.10:5000")
	r.sees(in, nettest.UDP("10.1.0.10:5000", stranger), out, "udp 192.0.2.1:5000 -> "+stranger)
	r.sees(in, nettest.TCP("10.1.0.10:5000", server, nettest.Flags("S")), out, "tcp 192.0.2.1:5000 -> "+server)
	r.sees(out, nettest.TCP(stranger, public+":5000", nettest.Flags("S")), in, "tcp "+stranger+" -> 10.1.0.10:5000")
	r.refuse(out, nettest.UDP(stranger, public+":5001"), netstack.Policy)
}

// Test5382REQ8HairpinByMapping does so for TCP.
func Test5382REQ8HairpinByMapping(t *testing.T) {
	r := newRig(t, outward()).lends(anybody)
	r.pass(in, nettest.TCP("10.1.0.10:5000", server, nettest.Flags("S")))
	r.sees(in, nettest.TCP("10.1.0.11:6000", public+":5000", nettest.Flags("S"), nettest.Seq(9)), in, "tcp 192.0.2.1:6000 -> 10.1.0.10:5000")
	r.sees(in, nettest.TCP("10.1.0.10:5000", public+":6000", nettest.Flags("SA"), nettest.Ack(10)), in, "tcp 192.0.2.1:5000 -> 10.1.0.11:6000")
}

// The filter sees a neighbour as his external endpoint, and keeps him out like
// anybody.
func TestHairpinIsFiltered(t *testing.T) {
	for _, filtering := range []netstack.Dependence{netstack.AddressDependent, netstack.AddressAndPortDependent} {
		r := newRig(t, outward()).lends(func(p *netstack.Pool) { p.Filtering = filtering })
		r.pass(in, nettest.UDP("10.1.0.10:5000", "198.51.100.7:53"))
		r.refuse(in, nettest.UDP("10.1.0.11:6000", public+":5000"), netstack.NATFiltered)
	}
}

// After a reload a mapping still lets in whom it let in, and its sessions go on;
// what the endpoint begins anew goes by the new rules.
func TestMappingsOutliveTheirRules(t *testing.T) {
	r := newRig(t, outward()).lends(anybody)
	r.pass(in, nettest.UDP("10.1.0.10:5000", "198.51.100.7:53"))
	r.load(outward())
	r.sees(in, nettest.UDP("10.1.0.10:5000", "198.51.100.7:53"), out, "udp 192.0.2.1:5000 -> 198.51.100.7:53")
	r.sees(out, nettest.UDP(stranger, public+":5000"), in, "udp "+stranger+" -> 10.1.0.10:5000")
	anew := r.pass(in, nettest.UDP("10.1.0.10:5000", "198.51.100.8:53"))
	if anew.Flow.SrcPort == 5000 {
		t.Error("a new session has joined a mapping that lets anybody in, and its rule does not")
	}
	r.refuse(out, nettest.UDP(stranger, endpoint(anew.Flow.Src, anew.Flow.SrcPort)), netstack.NATFiltered)
}
