package forward

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
	"sallyport/policy"
	"sallyport/state"
)

// rehearsed is what was said of a packet before it came.
type rehearsed struct {
	Outcome
	packet nettest.Packet
	answer []byte
	opens  bool // it begins a session
	Stage  Stage
}

// rehearse asks what would become of a packet. Every packet of every test is
// asked about first. Of random ones, what has expired is reaped before, or the
// rehearsal would do it on its way, and the packet itself meet less than that.
func (r *rig) rehearse(in netstack.Side, p nettest.Packet) (said rehearsed) {
	if r.reaps {
		r.engine.Table.Sweep(r.now, 1<<20)
	}
	f := p.Frame()
	o, t := r.rehearsal.Decide(in, f, r.reply, r.now)
	said = rehearsed{Outcome: o, packet: nettest.Of(f), Stage: t.Stage}
	if r.stages[t.Stage]++; o.Reply {
		said.answer = bytes.Clone(r.reply.Bytes())
	}
	if t.Opened != nil {
		said.opens = t.Opened.Sight.Opened
	}
	return said
}

// agrees holds what was said to what is: the same verdict, reason, rule, session,
// condition and side, and the same bytes, of what leaves and of what is answered.
func (r *rig) agrees(said *rehearsed, is *Outcome, left nettest.Packet) {
	r.Helper()
	want := *is
	want.Event, said.Event = 0, 0
	if said.opens {
		want.Session = 0 // it has no name before it is opened
	}
	if said.Reply && !want.Reply {
		said.Reply = false // the worker has answered enough
	}
	if said.Outcome != want {
		r.Fatalf("%v: rehearsed\n%+v, and it was\n%+v", r.lane.pkt.Flow, said.Outcome, want)
	}
	switch passed := is.Verdict == netstack.Pass; {
	case said.Stage >= AtSelf != passed && is.Verdict != netstack.Hold:
		r.Fatalf("stage %d has the last word about what is %v", said.Stage, is.Verdict)
	case is.Fragments > 0:
	case passed && !bytes.Equal(anonymous(said.packet), anonymous(left)):
		r.Fatalf("rehearsed\n% x, and it left as\n% x", said.packet.Bytes, left.Bytes)
	case is.Reply && !bytes.Equal(said.answer, r.reply.Bytes()):
		r.Fatalf("rehearsed the answer\n% x, and it was\n% x", said.answer, r.reply.Bytes())
	}
}

// anonymous is a packet without its IPv4 identification, which may be any.
func anonymous(p nettest.Packet) []byte {
	if len(p.Bytes) < 20 || p.Bytes[0]>>4 != 4 {
		return p.Bytes
	}
	return p.MutateIPv4(func(b []byte) { b[4], b[5] = 0, 0 }).Bytes
}

// throng makes rule sets and packets of a small world, so that they meet.
type throng struct {
	*rand.Rand
	*rig
	last nettest.Packet // that left
	side netstack.Side  // it left by
}

func (c *throng) one(in int) bool { return c.IntN(in) == 0 }

func pick[T any](c *throng, of ...T) T { return of[c.IntN(len(of))] }

func (c *throng) list(of ...string) (list []policy.Address) {
	for _, s := range of {
		if c.one(3) {
			p := netip.MustParsePrefix(s)
			last := p.Addr().AsSlice()
			for bit := p.Bits(); bit < 8*len(last); bit++ {
				last[bit/8] |= 0x80 >> (bit % 8)
			}
			l, _ := netip.AddrFromSlice(last)
			list = append(list, policy.Address{Range: policy.AddrRange{First: p.Addr(), Last: l}, Negate: c.one(6)})
		}
	}
	return list
}

func (c *throng) services() (list []policy.Service) {
	for range c.IntN(3) {
		s := policy.Service{Protocol: pick(c, netstack.TCP, netstack.UDP, netstack.ICMP, netstack.ICMPv6)}
		if s.Protocol.HasPorts() && !c.one(3) {
			s.Destination = pick(c, netstack.PortRange{First: 80, Last: 80}, netstack.PortRange{First: 1, Last: 1023}, netstack.PortRange{First: 53, Last: 443})
		}
		list = append(list, s)
	}
	return list
}

var throngPlaces = []string{"10.1.0.0/29", "10.1.0.2/32", "198.51.100.0/30", "203.0.113.0/24", "fd00:1::/126", "fd00:9::/64", "0.0.0.0/0", "::/0"}

func (c *throng) spec() (s policy.Spec) {
	for i := range 1 + c.IntN(12) {
		s.Rules = append(s.Rules, policy.Rule{
			Name: fmt.Sprint("r", i), From: pick(c, policy.FromInside, policy.FromOutside, policy.FromInside|policy.FromOutside),
			To:     pick(c, policy.FromInside, policy.FromOutside, policy.ToSelf, policy.AnyZone),
			Source: c.list(throngPlaces...), Destination: c.list(throngPlaces...), Service: c.services(),
			Action: pick(c, netstack.Pass, netstack.Pass, netstack.Pass, netstack.Reject, netstack.Drop), Log: c.one(2), Terms: uint16(c.IntN(3)),
			Limit: uint16(c.IntN(3)),
		})
	}
	for i := range c.IntN(4) {
		s.NAT = append(s.NAT, c.nat(fmt.Sprint("n", i)))
	}
	return s
}

func (c *throng) nat(name string) policy.NAT {
	n := policy.NAT{Name: name, Type: pick(c, policy.Masquerade, policy.Masquerade, policy.DNAT, policy.Exempt), From: policy.FromInside, To: policy.FromOutside}
	if c.one(8) {
		return c.oneToOne(n)
	}
	n.Lending.Mapping, n.Lending.Filtering = netstack.Dependence(c.IntN(3)), policy.Filtering(c.IntN(3))
	if c.one(4) {
		n.Type, n.External = policy.SNAT, []policy.AddrRange{{First: netip.MustParseAddr("192.0.2.8"), Last: netip.MustParseAddr("192.0.2.9")}}
		n.Lending.Choice = netstack.PortChoice(c.IntN(3))
	}
	switch n.Type {
	case policy.DNAT:
		n.From, n.To = policy.FromOutside, 0
		n.Destination = []policy.Address{{Self: true}}
		n.Service = []policy.Service{{Protocol: netstack.TCP, Destination: netstack.PortRange{First: 8080, Last: 8080}}}
		n.Targets = []policy.Target{{Addr: netip.MustParseAddr("10.1.0.2"), Ports: netstack.PortRange{First: 80, Last: 80}}}
	case policy.Exempt:
		n.Destination = c.list(throngPlaces...)
	}
	return n
}

// oneToOne is n as static or as NPTv6.
func (c *throng) oneToOne(n policy.NAT) policy.NAT {
	span := func(first, last string) policy.AddrRange {
		return policy.AddrRange{First: netip.MustParseAddr(first), Last: netip.MustParseAddr(last)}
	}
	n.Type, n.Source, n.External = policy.Static, []policy.Address{{Range: span("10.1.0.2", "10.1.0.3")}}, []policy.AddrRange{span("192.0.2.8", "192.0.2.9")}
	if c.one(2) {
		n.Type = policy.NPTv6
		n.Source = []policy.Address{{Range: span("fd00:1::", "fd00:1::ffff:ffff:ffff:ffff")}}
		n.External = []policy.AddrRange{span("fd00:a::", "fd00:a::ffff:ffff:ffff:ffff")}
	}
	return n
}

var (
	insiders  = []string{"10.1.0.2", "10.1.0.3", "10.1.0.2", "10.1.0.3", "10.1.0.4", "10.1.0.4", "10.1.0.1", "192.168.7.7"}
	outsiders = []string{"198.51.100.1", "198.51.100.2", "198.51.100.1", "198.51.100.2", "198.51.100.3", public, "203.0.113.5", "10.1.0.3"}
	insiders6 = []string{"fd00:1::2", "fd00:1::3", "fd00:1::2", "fd00:1::3", "fd00:1::1"}
	outsider6 = []string{"fd00:9::1", "fd00:9::2", "fd00:9::1", "fd00:9::2", "fd00:2::1"}
)

func (c *throng) packet() (netstack.Side, nettest.Packet) {
	switch {
	case len(c.last.Bytes) > 0 && c.one(3):
		return c.side, c.turned()
	case len(c.last.Bytes) > 0 && c.one(12):
		return c.side, nettest.Unreachable(hostAt(c.last.Bytes, false), hostAt(c.last.Bytes, true), 1, c.last)
	}
	if len(c.last.Bytes) > 0 && c.side == out && c.one(8) {
		return out, c.stranger()
	}
	side := netstack.Side(c.IntN(2))
	a, b := pick(c, insiders...), pick(c, outsiders...)
	if c.one(3) {
		a, b = pick(c, insiders6...), pick(c, outsider6...)
	}
	if side == out {
		a, b = b, pick(c, a, public, "192.0.2.8")
	}
	if c.one(12) {
		b = pick(c, insiders...)
	}
	return side, c.between(a, b)
}

// turned is what left last, coming back with its ends swapped.
func (c *throng) turned() nettest.Packet {
	p := c.last.Mutate(swapEnds)
	nettest.RepairMessage(p.Bytes, p.Offload)
	return p
}

// stranger is a packet of somebody else to the external endpoint that left last.
func (c *throng) stranger() nettest.Packet {
	from, to := pick(c, outsiders[:4]...), hostAt(c.last.Bytes, true)
	if c.last.Bytes[0]>>4 == 6 || c.last.Bytes[9] != byte(netstack.UDP) {
		return c.turned()
	}
	port := int(c.last.Bytes[20])<<8 | int(c.last.Bytes[21])
	return nettest.UDP(at(from, 7777), at(to, max(1, port)))
}

func (c *throng) between(a, b string) nettest.Packet {
	if netip.MustParseAddr(a).Is4() != netip.MustParseAddr(b).Is4() {
		b = a
	}
	src, dst := at(a, pick(c, 5000, 5001, 80)), at(b, pick(c, 80, 53, 443, 8080, 5000))
	size := nettest.Payload(pick(c, 0, 0, 12, 1370))
	switch c.IntN(8) {
	case 0, 1, 2:
		return nettest.TCP(src, dst, nettest.Flags(pick(c, "S", "S", "S", "A", "SA", "R", "FA", "", "PA")),
			nettest.Seq(uint32(c.IntN(3))), nettest.Ack(uint32(c.IntN(3))), size, nettest.DF())
	case 3, 4:
		return nettest.UDP(src, dst, size)
	case 5:
		return nettest.ICMPEcho(a, b, nettest.ID(uint16(c.IntN(3))))
	case 6:
		return nettest.ICMPEchoReply(a, b, nettest.ID(uint16(c.IntN(3))))
	}
	return nettest.IP(a, b, netstack.GRE, size)
}

func at(host string, port int) string {
	return netip.AddrPortFrom(netip.MustParseAddr(host), uint16(port)).String()
}

// hostAt is an address of a packet.
func hostAt(b []byte, source bool) string {
	from, n := 12, 4
	if b[0]>>4 == 6 {
		from, n = 8, 16
	}
	if !source {
		from += n
	}
	a, _ := netip.AddrFromSlice(b[from : from+n])
	return a.String()
}

// TestRehearsalAgrees asks about a hundred thousand packets on hundreds of rule
// sets, with sessions of all kinds in the table, and then sends them.
func TestRehearsalAgrees(t *testing.T) {
	packets, perSet := 100_000, 400
	if testing.Short() {
		packets = 10_000
	}
	var stages [AtLeave + 1]int
	verdicts := map[netstack.Verdict]int{}
	for seed := range uint64(packets / perSet) {
		c := &throng{Rand: rand.New(rand.NewPCG(seed, 5)), rig: newRig(t, policy.Spec{})}
		c.reaps = true
		c.furnish()
		for range perSet {
			side, p := c.packet()
			res := c.send(side, p)
			if verdicts[res.Verdict]++; res.Verdict == netstack.Pass {
				c.last, c.side = res.packet, res.Out
			}
			c.wait(time.Duration(c.IntN(3000)) * time.Millisecond)
		}
		if err := c.engine.Table.Audit(); err != nil {
			t.Fatal(err)
		}
		for i, n := range c.stages {
			stages[i] += n
		}
	}
	t.Logf("stages %v, verdicts %v", stages, verdicts)
	for _, s := range []Stage{AtParse, AtSource, AtLegal, AtSession, AtMapping, AtPolicy, AtOpen, AtMTU, AtSelf, AtLeave} {
		if stages[s] < packets/5000 {
			t.Errorf("stage %d had the last word %d times", s, stages[s])
		}
	}
}

// furnish gives the rig a random policy, with terms and limits for its rules.
func (c *throng) furnish() {
	c.Helper()
	spec := c.spec()
	rules, err := policy.Compile(spec, topology())
	if err != nil {
		c.Fatal(err)
	}
	pol := NewPolicy(rules, 1)
	pol.MTU = [netstack.Sides]int{1500, 1400}
	pol.Own4 = [netstack.Sides]netstack.Addr{addr("10.1.0.1"), addr(public)}
	pol.Own6 = [netstack.Sides]netstack.Addr{addr("fd00:1::1"), addr("fd00:2::1")}
	var terms []Terms
	for _, p := range []state.Profile{state.Strict, state.Loose, pick(c, state.Strict, state.FW1)} {
		id, err := c.engine.Table.Intern(state.Terms{Profile: p, Timeouts: p.Timeouts()})
		if err != nil {
			c.Fatal(err)
		}
		terms = append(terms, Terms{ID: id, Profile: p})
	}
	pol.SetTerms(terms, nil)
	ledger, err := c.engine.Table.Ledger("r")
	if err != nil {
		c.Fatal(err)
	}
	pol.SetLimits([]state.Limit{
		{Ledger: ledger, Sessions: 20, PerSource: 4}, {Ledger: ledger, HalfOpen: 3, Rate: state.Rate{Sessions: 3, Per: time.Minute}},
	})
	c.engine.Swap(pol)
}
