package forward

import (
	"net/netip"
	"testing"
	"time"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
	"sallyport/policy"
	"sallyport/state"
)

// The rig's network: inside 10.1.0.0/24 and fd00:1::/64, the firewall at .1 and
// ::1; outside the firewall is 192.0.2.1 and fd00:2::1.
const (
	client  = "10.1.0.10:40000"
	server  = "198.51.100.7:80"
	public  = "192.0.2.1"
	router  = "192.0.2.254"
	client6 = "[fd00:1::10]:40000"
	server6 = "[fd00:9::7]:80"
)

// rig drives one lane by hand, with a manual clock.
type rig struct {
	*testing.T
	engine *Engine
	lane   *Lane
	now    state.Instant
	reply  *netstack.Frame
	// refused counts packets by reason.
	refused [netstack.Reasons]uint64

	rehearsal *Rehearsal
	reaps     bool             // what has expired, before each packet
	stages    [AtLeave + 1]int // that had the last word
}

var fragmentLimits = state.FragmentLimits{MaxBytes: 1 << 20, MaxDatagrams: 64, PerSource: 32, Timeout: 30 * time.Second}

func newRig(t *testing.T, spec policy.Spec) *rig {
	t.Helper()
	table := state.NewTable(state.Limits{MaxSessions: 1000}, state.DefaultTimeouts(), state.Seed{1})
	r := &rig{T: t, engine: NewEngine(table, state.NewFragments(fragmentLimits, state.Seed{1})), reply: netstack.NewFrame()}
	r.lane = NewLane(r.engine)
	r.rehearsal = NewRehearsal(r.engine)
	r.load(spec)
	return r
}

func (r *rig) load(spec policy.Spec) { r.loadAs(spec, topology(), 1, Kill) }

func (r *rig) loadAs(spec policy.Spec, box policy.Topology, generation uint32, rematch Rematch) {
	r.Helper()
	rules, err := policy.Compile(spec, box)
	if err != nil {
		r.Fatal(err)
	}
	p := NewPolicy(rules, generation)
	p.Rematch = rematch
	p.MTU = [netstack.Sides]int{1500, 1400}
	p.Own4 = [netstack.Sides]netstack.Addr{addr("10.1.0.1"), addr(public)}
	p.Own6 = [netstack.Sides]netstack.Addr{addr("fd00:1::1"), addr("fd00:2::1")}
	p.Clients[out] = []netstack.PortRange{{First: 32768, Last: 49999}, {First: 50001, Last: 60999}}
	r.engine.Swap(p)
}

func topology() policy.Topology {
	return policy.Topology{Sides: [netstack.Sides]policy.SideTopology{
		{
			Own:      []netip.Addr{netip.MustParseAddr("10.1.0.1"), netip.MustParseAddr("fd00:1::1")},
			Networks: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/24"), netip.MustParsePrefix("fd00:1::/64")},
			IPv4:     true, IPv6: true,
		},
		{
			Own:      []netip.Addr{netip.MustParseAddr(public), netip.MustParseAddr("fd00:2::1")},
			Reserved: []netstack.PortRange{{First: 32768, Last: 60999}},
			IPv4:     true, IPv6: true,
		},
	}}
}

func addr(s string) netstack.Addr { return netstack.AddrFrom(netip.MustParseAddr(s)) }

// outward is the policy that most cases run on: all may go out, masqueraded in
// IPv4 only; a web server inside is published on port 8080; ping to the
// firewall is allowed from inside; telnet is rejected.
func outward() policy.Spec {
	tcp := func(first, last uint16) []policy.Service {
		return []policy.Service{{Protocol: netstack.TCP, Destination: netstack.PortRange{First: first, Last: last}}}
	}
	host := netip.MustParseAddr("10.1.0.80")
	return policy.Spec{
		Rules: []policy.Rule{
			{Name: "no-telnet", From: policy.FromInside, To: policy.FromOutside, Service: tcp(23, 23), Action: netstack.Reject},
			{Name: "no-syslog", From: policy.FromInside, To: policy.FromOutside, Action: netstack.Reject,
				Service: []policy.Service{{Protocol: netstack.UDP, Destination: netstack.PortRange{First: 514, Last: 514}}}},
			{Name: "out", From: policy.FromInside, To: policy.FromOutside, Action: netstack.Pass, Log: true},
			{Name: "www", From: policy.FromOutside, To: policy.FromInside, Service: tcp(80, 80), Action: netstack.Pass,
				Destination: []policy.Address{{Range: policy.AddrRange{First: host, Last: host}}}},
			{Name: "ping", From: policy.FromInside, To: policy.ToSelf, Action: netstack.Pass,
				Service: []policy.Service{{Protocol: netstack.ICMP, ICMP: true, Type: 8, Code: -1}}},
		},
		NAT: []policy.NAT{
			{Name: "internet", Type: policy.Masquerade, From: policy.FromInside, To: policy.FromOutside, Family: policy.IPv4},
			{Name: "publish", Type: policy.DNAT, From: policy.FromOutside, Destination: []policy.Address{{Self: true}},
				Service: tcp(8080, 8080), Targets: []policy.Target{{Addr: netip.MustParseAddr("10.1.0.80"), Ports: netstack.PortRange{First: 80, Last: 80}}}},
		},
	}
}

// result is what the engine made of a packet.
type result struct {
	Outcome
	packet    nettest.Packet   // as it leaves, if it does
	fragments []nettest.Packet // as they leave, if that is what it is
	answer    nettest.Packet   // the firewall's own, if there is one
}

// send has the packet arrive on a side.
func (r *rig) send(in netstack.Side, p nettest.Packet) result {
	r.Helper()
	said := r.rehearse(in, p)
	f := p.Frame()
	o := r.lane.Decide(in, f, r.reply, r.now)
	r.agrees(&said, &o, nettest.Of(f))
	if taken := o.Verdict == netstack.Pass || o.Verdict == netstack.Hold; taken != (o.Reason == netstack.ReasonNone) {
		r.Fatalf("verdict %v with reason %v", o.Verdict, o.Reason)
	}
	if o.Reason != netstack.ReasonNone {
		r.refused[o.Reason] += uint64(max(1, o.Fragments))
	}
	res := result{Outcome: o, packet: nettest.Of(f)}
	if o.Verdict == netstack.Pass && o.Fragments > 0 {
		res.fragments = r.taken(&o)
	}
	if o.Reply {
		res.answer = nettest.Of(r.reply)
	}
	return res
}

// taken fetches the fragments of a datagram that passed.
func (r *rig) taken(o *Outcome) (out []nettest.Packet) {
	r.Helper()
	f, size := netstack.NewFrame(), 0
	for r.lane.joined.Next(f) {
		out, size = append(out, nettest.Of(f)), size+len(f.Bytes())
	}
	if len(out) != o.Fragments || size != o.Bytes {
		r.Fatalf("%d fragments of %d bytes, want %d and %d", len(out), size, o.Fragments, o.Bytes)
	}
	return out
}

// pass has the packet arrive and wants it to leave by the opposite side.
func (r *rig) pass(in netstack.Side, p nettest.Packet) *netstack.Packet {
	r.Helper()
	res := r.send(in, p)
	if res.Verdict != netstack.Pass || res.Out != in.Opposite() {
		r.Fatalf("%v by %v (%v), want it to pass to the other side", res.Verdict, res.Out, res.Reason)
	}
	return res.packet.Parse(r, res.Out)
}

// refuse has the packet arrive and wants exactly this reason.
func (r *rig) refuse(in netstack.Side, p nettest.Packet, want netstack.Reason) result {
	r.Helper()
	res := r.send(in, p)
	if res.Verdict == netstack.Pass || res.Reason != want {
		r.Fatalf("%v (%v), want it refused as %v", res.Verdict, res.Reason, want)
	}
	return res
}

// wait lets time pass.
func (r *rig) wait(d time.Duration) { r.now += state.Instant(d) }

func endpoint(a netstack.Addr, port uint16) string {
	return netip.AddrPortFrom(a.Netip(), port).String()
}

func hostOf(endpoint string) string { return netip.MustParseAddrPort(endpoint).Addr().String() }
