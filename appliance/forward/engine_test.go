package forward

import (
	"testing"
	"time"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
	"sallyport/policy"
)

const in, out = netstack.Inside, netstack.Outside

// handshake opens a connection from client to server, and returns how the
// server sees the client: "addr:port".
func (r *rig) handshake(src, dst string) (seen string) {
	r.Helper()
	syn := r.pass(in, nettest.TCP(src, dst, nettest.Flags("S"), nettest.Seq(1000)))
	seen = endpoint(syn.Flow.Src, syn.Flow.SrcPort)
	r.pass(out, nettest.TCP(dst, seen, nettest.Flags("SA"), nettest.Seq(5000), nettest.Ack(1001)))
	r.pass(in, nettest.TCP(src, dst, nettest.Flags("A"), nettest.Seq(1001), nettest.Ack(5001)))
	return seen
}

func TestNoPolicyNothingPasses(t *testing.T) {
	r := newRig(t, outward())
	r.engine.Swap(nil)
	r.refuse(in, nettest.TCP(client, server, nettest.Flags("S")), netstack.NotReady)
}

func TestMasqueradedConnection(t *testing.T) {
	r := newRig(t, outward())
	seen := r.handshake(client, server)
	if host := hostOf(seen); host != public {
		t.Fatalf("the server sees %s, want it to see %s", host, public)
	}
	back := r.pass(out, nettest.TCP(server, seen, nettest.Flags("PA"), nettest.Seq(5001), nettest.Ack(1001), nettest.Payload(500)))
	if got := endpoint(back.Flow.Dst, back.Flow.DstPort); got != client {
		t.Errorf("the reply goes to %s, want %s", got, client)
	}
	if got := back.TTL(); got != 65 {
		t.Errorf("hops left = %d, want one given back: 65", got)
	}
}

func TestMasqueradeKeepsOffTheBoxesOwnPorts(t *testing.T) {
	r := newRig(t, outward())
	syn := r.pass(in, nettest.TCP(client, server, nettest.Flags("S"))) // port 40000 is reserved outside
	if p := syn.Flow.SrcPort; p >= 32768 && p <= 60999 {
		t.Errorf("translated to port %d, which belongs to the box itself", p)
	}
}

func TestRoutedConnectionIPv6(t *testing.T) {
	r := newRig(t, outward())
	if seen := r.handshake(client6, server6); seen != client6 {
		t.Errorf("the server sees %s, want %s untranslated", seen, client6)
	}
}

func TestUnsolicited(t *testing.T) {
	r := newRig(t, outward())
	r.handshake(client6, server6)
	for name, c := range map[string]struct {
		p    nettest.Packet
		want netstack.Reason
	}{
		"SYN to an inside host":          {nettest.TCP(server6, "[fd00:1::10]:22", nettest.Flags("S")), netstack.Policy},
		"SYN to the firewall":            {nettest.TCP(server, public+":22", nettest.Flags("S")), netstack.Policy},
		"ACK that belongs to nothing":    {nettest.TCP(server, public+":2000", nettest.Flags("A")), netstack.NoSession},
		"UDP to an inside host":          {nettest.UDP("[fd00:9::7]:53", "[fd00:1::10]:5000"), netstack.Policy},
		"source port 80 opens nothing":   {nettest.TCP(server6, "[fd00:1::10]:40001", nettest.Flags("S")), netstack.Policy},
		"private address without route":  {nettest.TCP(server, "10.1.0.10:80", nettest.Flags("S")), netstack.Policy},
		"an inside source from outside":  {nettest.UDP("10.1.0.99:1", "10.1.0.10:2"), netstack.Spoofed},
		"the firewall's own as a source": {nettest.UDP("10.1.0.1:1", "10.1.0.10:2"), netstack.Spoofed},
		"transit of the outside":         {nettest.UDP("198.51.100.1:1", "203.0.113.1:2"), netstack.NoRoute},
	} {
		t.Run(name, func(t *testing.T) { r.T = t; r.refuse(out, c.p, c.want) })
	}
}

func TestIllegalPackets(t *testing.T) {
	r := newRig(t, outward())
	for name, c := range map[string]struct {
		p    nettest.Packet
		want netstack.Reason
	}{
		"null flags":       {nettest.TCP(client, server, nettest.Flags("")), netstack.BadFlags},
		"Xmas":             {nettest.TCP(client, server, nettest.Flags("FPU")), netstack.BadFlags},
		"SYN+FIN":          {nettest.TCP(client, server, nettest.Flags("SF")), netstack.BadFlags},
		"wrong checksum":   {nettest.TCP(client, server, nettest.Flags("S"), nettest.WrongChecksum()), netstack.BadChecksum},
		"land":             {nettest.UDP("10.1.0.10:1", "10.1.0.10:1"), netstack.Land},
		"a source outside": {nettest.UDP("172.16.0.1:1", server), netstack.Spoofed},
	} {
		t.Run(name, func(t *testing.T) { r.T = t; r.refuse(in, c.p, c.want) })
	}
}

func TestRejectTellsTheSender(t *testing.T) {
	r := newRig(t, outward())
	syn := nettest.TCP(client, "198.51.100.7:23", nettest.Flags("S"), nettest.Seq(7))
	rst := r.refuse(in, syn, netstack.Policy).answer.Parse(t, in)
	if rst.TCPFlags != 0x14 || rst.TCP().AckNumber() != 8 {
		t.Errorf("flags %v ack %d, want RST+ACK of 8", rst.TCPFlags, rst.TCP().AckNumber())
	}
	udp := r.refuse(in, nettest.UDP(client, "198.51.100.7:514"), netstack.Policy).answer.Parse(t, in)
	if udp.ICMPType != 3 || udp.ICMPCode != 13 || udp.Flow.Src != addr("10.1.0.1") {
		t.Errorf("ICMP %d/%d from %v, want 3/13 from the firewall", udp.ICMPType, udp.ICMPCode, udp.Flow.Src)
	}
}

func TestRejectIsLimited(t *testing.T) {
	r := newRig(t, outward())
	syn := nettest.TCP(client, "198.51.100.7:23", nettest.Flags("S"))
	answered := 0
	for range 10 * answersBurst {
		if r.refuse(in, syn, netstack.Policy).Reply {
			answered++
		}
	}
	if answered != answersBurst {
		t.Errorf("answered %d at once, want %d", answered, answersBurst)
	}
	r.wait(time.Second)
	if !r.refuse(in, syn, netstack.Policy).Reply {
		t.Error("not answered a second later")
	}
}

func TestPublishedServer(t *testing.T) {
	r := newRig(t, outward())
	syn := r.pass(out, nettest.TCP(server, public+":8080", nettest.Flags("S"), nettest.Seq(1)))
	if got := endpoint(syn.Flow.Dst, syn.Flow.DstPort); got != "10.1.0.80:80" {
		t.Fatalf("sent to %s, want 10.1.0.80:80", got)
	}
	answer := r.pass(in, nettest.TCP("10.1.0.80:80", server, nettest.Flags("SA"), nettest.Seq(9), nettest.Ack(2)))
	if got := endpoint(answer.Flow.Src, answer.Flow.SrcPort); got != public+":8080" {
		t.Errorf("answered from %s, want %s:8080", got, public)
	}
}

func TestPingThroughAndToTheFirewall(t *testing.T) {
	r := newRig(t, outward())
	echo := r.pass(in, nettest.ICMPEcho("10.1.0.10", "198.51.100.7", nettest.ID(77)))
	back := r.pass(out, nettest.ICMPEchoReply("198.51.100.7", public, nettest.ID(echo.Flow.SrcPort)))
	if back.Flow.Dst != addr("10.1.0.10") || back.Flow.DstPort != 77 {
		t.Errorf("reply to %v id %d, want 10.1.0.10 id 77", back.Flow.Dst, back.Flow.DstPort)
	}
	if res := r.send(in, nettest.ICMPEcho("10.1.0.10", "10.1.0.1")); res.Verdict != netstack.Pass || res.Out != in {
		t.Errorf("ping to the firewall: %v to %v, want it given back to the kernel", res.Verdict, res.Out)
	}
	r.refuse(out, nettest.ICMPEcho("198.51.100.7", public), netstack.Policy)
}

// The box's own pings and connections do not pass the engine, but what answers
// them does.
func TestAnswersToTheBoxItself(t *testing.T) {
	r := newRig(t, outward())
	own := nettest.UDP(public+":45000", "198.51.100.7:53")
	for name, p := range map[string]nettest.Packet{
		"echo reply": nettest.ICMPEchoReply("198.51.100.7", public, nettest.ID(3)),
		"error":      nettest.TooBig(router, public, 1280, own),
	} {
		if res := r.send(out, p); res.Verdict != netstack.Pass || res.Out != out {
			t.Errorf("%s: %v (%v), want it given back to the kernel", name, res.Verdict, res.Reason)
		}
	}
	other := nettest.UDP("10.1.0.10:45000", "198.51.100.7:53")
	r.refuse(out, nettest.TooBig(router, "10.1.0.10", 1280, other), netstack.ICMPUnrelated)
}

func TestErrorReachesTheUntranslatedSource(t *testing.T) {
	r := newRig(t, outward())
	sent := r.pass(in, nettest.UDP(client, "198.51.100.7:33434", nettest.TTL(3), nettest.Payload(32)))
	gone := nettest.Of(sent.Frame)
	err := r.pass(out, nettest.TimeExceeded(router, public, gone))
	if err.Flow.Dst != addr("10.1.0.10") || err.Flow.Src != addr(router) {
		t.Errorf("error %v -> %v, want %s -> 10.1.0.10", err.Flow.Src, err.Flow.Dst, router)
	}
	if err.Quoted.Src != addr("10.1.0.10") || err.Quoted.SrcPort != 40000 {
		t.Errorf("quotes %v, want the packet as its sender knows it", err.Quoted)
	}
}

// The kernel reports about a translated packet to its translated source, which
// is the box: the error comes back here with an own address at both ends.
func TestKernelsOwnErrorIsTranslatedBack(t *testing.T) {
	r := newRig(t, outward())
	sent := nettest.Of(r.pass(in, nettest.UDP(client, "198.51.100.7:53")).Frame)
	err := r.pass(out, nettest.Unreachable(public, public, 1, sent))
	if err.Flow.Dst != addr("10.1.0.10") {
		t.Errorf("error to %v, want 10.1.0.10", err.Flow.Dst)
	}
}

func TestTooBigForTheWayOut(t *testing.T) {
	r := newRig(t, outward()) // MTU outside: 1400
	for name, c := range map[string]struct {
		src, dst string
		mtu      func(*netstack.Packet) uint32
	}{
		"IPv4": {client, server, func(p *netstack.Packet) uint32 { return uint32(p.Bytes()[26])<<8 | uint32(p.Bytes()[27]) }},
		"IPv6": {client6, server6, func(p *netstack.Packet) uint32 { return uint32(p.Bytes()[46])<<8 | uint32(p.Bytes()[47]) }},
	} {
		t.Run(name, func(t *testing.T) {
			r.T = t
			big := nettest.UDP(c.src, c.dst, nettest.DF(), nettest.Payload(1460))
			answer := r.refuse(in, big, netstack.TooBig).answer.Parse(t, in)
			if answer.ICMP != netstack.ICMPError || c.mtu(answer) != 1400 {
				t.Errorf("answer %d/%d mtu %d, want too big with 1400", answer.ICMPType, answer.ICMPCode, c.mtu(answer))
			}
			if answer.Quoted.Src != big.Parse(t, in).Flow.Src {
				t.Errorf("quotes %v, want the packet as it was sent", answer.Quoted)
			}
		})
	}
	r.T = t
	r.pass(in, nettest.UDP(client, server, nettest.Payload(1460))) // the kernel fragments it
}

func TestSuperPacketIsJudgedByItsSegments(t *testing.T) {
	r := newRig(t, outward())
	seen := r.handshake(client, server)
	super := func(size uint16) nettest.Packet {
		return nettest.TCP(client, server, nettest.Flags("A"), nettest.Seq(1001), nettest.Ack(5001),
			nettest.Payload(20000), nettest.GSO(size), nettest.DF())
	}
	r.refuse(in, super(1460), netstack.TooBig)
	sent := r.pass(in, super(1360))
	if got := endpoint(sent.Flow.Src, sent.Flow.SrcPort); got != seen || sent.Frame.Offload.GSOSize != 1360 {
		t.Errorf("left as %s in segments of %d, want %s and 1360", got, sent.Frame.Offload.GSOSize, seen)
	}
}

func TestIdleSessionIsNoSession(t *testing.T) {
	r := newRig(t, outward())
	seen := r.pass(in, nettest.UDP(client, "198.51.100.7:53"))
	reply := nettest.UDP("198.51.100.7:53", endpoint(seen.Flow.Src, seen.Flow.SrcPort))
	r.pass(out, reply)
	r.wait(time.Hour)
	r.refuse(out, reply, netstack.Policy)
}

func TestDecideAllocatesNothing(t *testing.T) {
	r := newRig(t, outward())
	r.handshake(client, server)
	p := nettest.TCP(client, server, nettest.Flags("A"), nettest.Seq(1001), nettest.Ack(5001), nettest.Payload(1000))
	f := netstack.NewFrame()
	if n := testing.AllocsPerRun(100, func() {
		p.Fill(f)
		if o := r.lane.Decide(in, f, r.reply, r.now); o.Verdict != netstack.Pass {
			t.Fatal(o.Reason)
		}
	}); n != 0 {
		t.Errorf("%v allocations a packet, want none", n)
	}
}

func TestHitsAreCounted(t *testing.T) {
	r := newRig(t, outward())
	r.handshake(client, server)
	r.send(out, nettest.TCP(server, public+":22", nettest.Flags("S")))
	pol := r.engine.Load()
	if out, def := pol.Hit(2).Hits, pol.Hit(policy.DefaultRule).Hits; out != 1 || def != 1 {
		t.Errorf("hits: out %d, default %d; want 1 and 1", out, def)
	}
}
