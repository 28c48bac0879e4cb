package state

import (
	"fmt"
	"testing"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

// poolAcross is a pool of address ranges, "first-last", with some ports on each.
func poolAcross(ports netstack.PortRange, ranges ...[2]string) *netstack.Pool {
	p := &netstack.Pool{Filtering: apd}
	for _, r := range ranges {
		p.Parts = append(p.Parts, netstack.PoolPart{First: address(r[0]), Last: address(r[1]), Ports: []netstack.PortRange{ports}})
	}
	return p
}

// TestOneAddressCarriesMoreThan64kSessions has address-and-port-dependent mapping
// lend each port once for each of three remote ends (RFC 7857 3).
func Test7857S3OneAddressCarriesMoreThan64kSessions(t *testing.T) {
	p := behaving(apd, apd)
	c := newCrowd(t, 150000)
	a := Admission{Out: outside}
	a.Translation.Pool = p
	key := map[netstack.FlowKey]bool{}
	for i := range c.n {
		c.from(i % 50000).Flow.DstPort = uint16(53 + i/50000)
		m, reason := c.Open(c.p, a, 0)
		if reason != netstack.ReasonNone || key[m.Leave] {
			t.Fatalf("session %d: %v, leaves as %v", i, reason, m.Leave)
		}
		key[m.Leave] = true
	}
	if s := c.Stats(); s.Sessions != 150000 || s.Mappings != 150000 {
		t.Errorf("%+v", s)
	}
}

// Test4787REQ3NoOverloading has endpoint-independent mapping end where the ports
// do, wherever the endpoints speak to.
func Test4787REQ3NoOverloading(t *testing.T) {
	for _, filtering := range dependences {
		for _, mapping := range dependences {
			p := pool("192.0.2.1", 5000, 5003)
			p.Mapping, p.Filtering = mapping, filtering
			r := newNATRig(t, p)
			lent := map[string]bool{}
			for i := range 4 {
				lent[r.external(fmt.Sprintf("10.1.0.%d:4000", i+5), fmt.Sprintf("1.1.1.%d:53", i+1))] = true
			}
			m, _ := r.send(inside, nettest.UDP("10.1.0.99:4000", "2.2.2.2:53"))
			overloads := m.Session != 0
			if overloads != (min(mapping, filtering) != ei) || !overloads && len(lent) != 4 {
				t.Errorf("%v, filtering %v: overloads: %v, %v lent", mapping, filtering, overloads, lent)
			}
			checkInvariants(t, r.Table)
		}
	}
}

// Test4787REQ2PairedPooling has every host keep the address that it has, for all
// protocols (RFC 7857 4), as long as it has a mapping.
func Test4787REQ2PairedPooling(t *testing.T) {
	p := poolAcross(netstack.PortRange{First: 1024, Last: 65535}, [2]string{"192.0.2.8", "192.0.2.11"}, [2]string{"192.0.2.77", "192.0.2.77"})
	r := newNATRig(t, p)
	used := map[netstack.Addr]int{}
	for host := range 60 {
		var has netstack.Addr
		for port := range 5 {
			from := fmt.Sprintf("10.1.0.%d:%d", host+1, 4000+port)
			for i, packet := range []nettest.Packet{nettest.UDP(from, "1.1.1.1:53"), hello(netstack.TCP, from, "1.1.1.1:80"),
				nettest.ICMPEcho(fmt.Sprintf("10.1.0.%d", host+1), "1.1.1.1", nettest.ID(uint16(port)))} {
				m := r.passes(inside, packet)
				if port+i > 0 && m.Leave.Src != has {
					t.Fatalf("host %d is %v and %v", host, has, m.Leave.Src)
				}
				has = m.Leave.Src
			}
		}
		used[has]++
	}
	if len(used) != 5 {
		t.Errorf("60 hosts on %v", used)
	}
	checkInvariants(t, r.Table)
}

// TestUnpairedPooling spreads one host over all addresses.
func TestUnpairedPooling(t *testing.T) {
	p := poolAcross(netstack.PortRange{First: 1024, Last: 65535}, [2]string{"192.0.2.8", "192.0.2.11"})
	p.Unpaired = true
	r := newNATRig(t, p)
	used := map[netstack.Addr]int{}
	for port := range 100 {
		used[r.passes(inside, nettest.UDP(fmt.Sprintf("10.1.0.5:%d", 4000+port), "1.1.1.1:53")).Leave.Src]++
	}
	if len(used) != 4 || used[address("192.0.2.8")] < 10 {
		t.Errorf("%v", used)
	}
}

// TestPoolIsUsedUpToTheLastPort has a pool of several addresses lend every port
// that it has, and not one more; a host whose address is full gets another.
func TestPoolIsUsedUpToTheLastPort(t *testing.T) {
	for _, unpaired := range []bool{false, true} {
		p := poolAcross(netstack.PortRange{First: 5000, Last: 5004}, [2]string{"192.0.2.1", "192.0.2.16"}, [2]string{"192.0.2.200", "192.0.2.203"})
		p.Unpaired = unpaired
		r := newNATRig(t, p)
		lent := map[string]bool{}
		for i := range 100 {
			lent[r.external(fmt.Sprintf("10.1.0.5:%d", 4000+i), "1.1.1.1:53")] = true
		}
		r.refused(inside, nettest.UDP("10.1.0.5:9", "1.1.1.1:53"), netstack.NATExhausted)
		if len(lent) != 100 {
			t.Errorf("unpaired %v: %d endpoints for 100", unpaired, len(lent))
		}
		checkInvariants(t, r.Table)
	}
}

// TestPoolOfManyAddresses has as many addresses as IPv6 gives, one host on each:
// what is not used costs nothing.
func TestPoolOfManyAddresses(t *testing.T) {
	p := poolAcross(netstack.PortRange{First: 1, Last: 65535}, [2]string{"2001:db8::", "2001:db8:0:1:ffff:ffff:ffff:ffff"})
	r := newNATRig(t, p)
	seen := map[netstack.Addr]bool{}
	for i := range 500 {
		m := r.passes(inside, nettest.UDP(fmt.Sprintf("[fd00::%x]:4000", i+1), "[2001:db8:9::1]:53"))
		if !p.Has(m.Leave.Src) {
			t.Fatalf("%v is not of the pool", m.Leave.Src)
		}
		seen[m.Leave.Src] = true
	}
	if len(seen) < 499 {
		t.Errorf("%d addresses for 500 hosts", len(seen))
	}
	checkInvariants(t, r.Table)
	for _, v := range r.list() {
		r.Kill(v.ID)
	}
	checkInvariants(t, r.Table)
}

// TestPoolOfTwoFamilies takes for each session an address of its own.
func TestPoolOfTwoFamilies(t *testing.T) {
	p := poolAcross(netstack.PortRange{First: 1024, Last: 65535}, [2]string{"192.0.2.1", "192.0.2.2"}, [2]string{"2001:db8::1", "2001:db8::2"})
	r := newNATRig(t, p)
	if m := r.passes(inside, nettest.UDP("[fd00::1]:4000", "[2001:db8:9::1]:53")); m.Leave.Src.Is4() {
		t.Errorf("%v", m.Leave)
	}
	if m := r.passes(inside, nettest.UDP("10.1.0.1:4000", "1.1.1.1:53")); !m.Leave.Src.Is4() {
		t.Errorf("%v", m.Leave)
	}
}

// TestProtocolsWithoutPortsUseAllAddresses has one GRE session to a remote end
// for each address.
func TestProtocolsWithoutPortsUseAllAddresses(t *testing.T) {
	r := newNATRig(t, poolAcross(netstack.PortRange{First: 1024, Last: 65535}, [2]string{"192.0.2.1", "192.0.2.3"}))
	used := map[netstack.Addr]bool{}
	for i := range 3 {
		used[r.passes(inside, nettest.IP(fmt.Sprintf("10.1.0.%d", i+5), "1.1.1.1", netstack.GRE)).Leave.Src] = true
	}
	r.refused(inside, nettest.IP("10.1.0.8", "1.1.1.1", netstack.GRE), netstack.NATExhausted)
	if len(used) != 3 {
		t.Errorf("%v", used)
	}
}

// Test6888REQ4Quota has a host that has too many refused, and nobody else.
func Test6888REQ4Quota(t *testing.T) {
	p := pool("192.0.2.1", 1024, 65535)
	p.Quota = 3
	r := newNATRig(t, p)
	var first Match
	for i := range 3 {
		first = r.passes(inside, nettest.UDP(fmt.Sprintf("10.1.0.5:%d", 4000+i), "1.1.1.1:53"))
	}
	r.refused(inside, nettest.UDP("10.1.0.5:9", "1.1.1.1:53"), netstack.SourceLimit)
	r.refused(inside, hello(netstack.TCP, "10.1.0.5:9", "1.1.1.1:53"), netstack.SourceLimit)
	r.passes(inside, nettest.UDP("10.1.0.5:4001", "1.1.1.2:53")) // no mapping more
	r.passes(inside, nettest.UDP("10.1.0.6:9", "1.1.1.1:53"))
	r.Kill(first.Session)
	r.passes(inside, nettest.UDP("10.1.0.5:9", "1.1.1.1:53"))
	checkInvariants(t, r.Table)
}

// TestPortChoices has each way to choose a port meet an endpoint whose own port
// is free.
func TestPortChoices(t *testing.T) {
	next := func(choice netstack.PortChoice, change func(*netstack.Pool)) (ports []uint16) {
		p := pool("192.0.2.1", 2000, 40000)
		p.Choice = choice
		change(p)
		r := newNATRig(t, p)
		for i := range 4 {
			ports = append(ports, r.passes(inside, nettest.UDP(fmt.Sprintf("10.1.0.5:%d", 4000+i), "1.1.1.1:53")).Leave.SrcPort)
		}
		return ports
	}
	as := func(*netstack.Pool) {}
	if got := next(netstack.PreservePort, as); fmt.Sprint(got) != "[4000 4001 4002 4003]" {
		t.Errorf("preserved as %v", got)
	}
	if got := next(netstack.SequentialPort, as); fmt.Sprint(got) != "[2000 2001 2002 2003]" {
		t.Errorf("in order: %v", got)
	}
	if got := next(netstack.SequentialPort, func(p *netstack.Pool) { p.NoParity = true; p.Parts[0].Ports[0].First = 2001 }); fmt.Sprint(got) != "[2001 2002 2003 2004]" {
		t.Errorf("in order, whatever the parity: %v", got)
	}
	got := next(netstack.RandomPort, as)
	for i, port := range got {
		if port%2 != uint16(i)%2 {
			t.Errorf("random, with parity: %v", got)
		}
	}
	if got[1] == got[0]+1 && got[2] == got[1]+1 {
		t.Errorf("random: %v", got)
	}
	got = next(netstack.RandomPort, func(p *netstack.Pool) { p.Contiguous = true })
	if got[0]%2 != 0 || got[1] != got[0]+1 || got[2] != got[1]+1 || got[3] != got[2]+1 {
		t.Errorf("next to each other: %v", got)
	}
}

// TestContiguityOfPairs has RTCP's endpoint come first, and another's ports in
// the way.
func TestContiguityOfPairs(t *testing.T) {
	p := pool("192.0.2.1", 2000, 40000)
	p.Contiguous = true
	r := newNATRig(t, p)
	r.passes(inside, nettest.UDP("10.1.0.9:5005", "1.1.1.1:53"))
	rtp := r.passes(inside, nettest.UDP("10.1.0.5:5004", "1.1.1.1:53")).Leave.SrcPort
	rtcp := r.passes(inside, nettest.UDP("10.1.0.5:5005", "1.1.1.1:54")).Leave.SrcPort
	if rtp%2 != 0 || rtcp != rtp+1 {
		t.Errorf("%d and %d, where 5005 is taken", rtp, rtcp)
	}
	rtcp = r.passes(inside, nettest.UDP("10.1.0.6:5005", "1.1.1.1:54")).Leave.SrcPort
	rtp = r.passes(inside, nettest.UDP("10.1.0.6:5004", "1.1.1.1:53")).Leave.SrcPort
	if rtp%2 != 0 || rtcp != rtp+1 {
		t.Errorf("%d and %d, the upper one first", rtp, rtcp)
	}
}
