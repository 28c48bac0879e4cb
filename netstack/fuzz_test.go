package netstack_test

import (
	"testing"

	. "sallyport/netstack"
	"sallyport/netstack/nettest"
)

// FuzzParse takes a virtio header and a packet, as a device delivers them. What
// Parse lets through must be safe to look at, to rewrite and to answer, and have
// its checksums as right after that as before. Seeds with a name are in testdata.
func FuzzParse(f *testing.F) {
	for _, p := range varied() {
		f.Add(deliver(p))
	}
	for _, p := range ordinary() {
		f.Add(deliver(p))
	}
	frame, other, out := NewFrame(), NewFrame(), NewFrame()
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) < VirtioHeaderLen || len(b) > VirtioHeaderLen+MaxPacket {
			return
		}
		frame.Offload.Get(b)
		frame.SetLen(copy(frame.Space(), b[VirtioHeaderLen:]))
		nettest.RepairHeaders(frame.Bytes())
		nettest.Of(frame).Fill(out)
		nettest.Of(frame).Fill(other)
		bothWays(t, out, other)
		var p Packet
		if p.ParseTwentyFour(Inside, frame) == ReasonNone && p.Fragment.Is {
			lookAtPiece(t, &p)
		}
		if p.Parse(Inside, frame) == ReasonNone {
			exercise(t, &p, out)
		}
	})
}

func deliver(p nettest.Packet) []byte {
	b := make([]byte, VirtioHeaderLen, VirtioHeaderLen+len(p.Bytes))
	p.Offload.Put(b)
	return append(b, p.Bytes...)
}

// exercise does to a packet all that the firewall does.
func exercise(t *testing.T, p *Packet, out *Frame) {
	look(t, p)
	sums := nettest.VerifySums(p.Bytes(), p.Frame.Offload)
	if sums != nil {
		nettest.RepairMessage(p.Bytes(), p.Frame.Offload)
		sums = nettest.VerifySums(p.Bytes(), p.Frame.Offload)
	}
	answer(t, p, out)
	p.AddHop()
	p.Rewrite(away(p.Flow, p.Version))
	if p.ICMP == ICMPError && p.Quoted != (FlowKey{}) {
		p.RewriteError(p.Flow.Dst, p.Flow.Src, away(p.Quoted, p.Version))
	}
	after := nettest.VerifySums(p.Bytes(), p.Frame.Offload)
	if sums == nil && after != nil && !(p.Fragment.Is && p.Flow.Proto == SCTP) {
		t.Errorf("after the rewrite: %v\n% x", after, p.Bytes())
	}
	p.Finish()
}

// look calls every accessor.
func look(t *testing.T, p *Packet) {
	if p.Segments() < 1 || p.WireSize() < 1 || p.WireSize() > p.Len() || p.PayloadLen() < 0 || int(p.Transport) > int(p.Payload) {
		t.Errorf("%d segments, %d of %d bytes, transport %d, payload %d", p.Segments(), p.WireSize(), p.Len(), p.Transport, p.Payload)
	}
	p.ChecksumOK()
	p.DontFragment()
	p.TTL()
	p.QuotedTCPSeq()
	if p.Fragment.Offset != 0 {
		return
	}
	switch p.Flow.Proto {
	case TCP:
		p.TCP().Options()
		p.TCP().Payload()
		if p.TCP().SourcePort() != p.Flow.SrcPort {
			t.Errorf("source port %d of %v", p.TCP().SourcePort(), p.Flow)
		}
	case UDP:
		p.UDP().Payload()
	}
}

// lookAtPiece wants the layout of a fragment to be within the fragment.
func lookAtPiece(t *testing.T, p *Packet) {
	q := p.Piece()
	if q.Size() < 1 || int(q.Len) != p.Len() || q.Headers() > int(q.Data) || q.Headers() < 20 || int(q.Offset)+q.Size() > MaxPacket {
		t.Errorf("%+v of a fragment of %d bytes", q, p.Len())
	}
	if !q.Last && q.Size()%8 != 0 || q.Offset == 0 && q.Last {
		t.Errorf("%+v is a fragment", q)
	}
}

// answer makes every reply; each must be a packet that the firewall would pass.
func answer(t *testing.T, p *Packet, out *Frame) {
	from := map[uint8]Addr{4: addr("192.0.2.77"), 6: addr("2001:db8::77")}[p.Version]
	for name, made := range map[string]func() bool{
		"reset":       func() bool { return p.MakeReset(out) },
		"unreachable": func() bool { return p.MakeUnreachable(out, from, 13, 1) },
		"too big":     func() bool { return p.MakeTooBig(out, from, 1280) },
	} {
		if !made() {
			continue
		}
		var reply Packet
		if r := reply.Parse(Outside, out); r != ReasonNone && r != Land && !(r == Short && reply.ICMP == ICMPError) {
			t.Errorf("%s: %v\n% x", name, r, out.Bytes())
		}
		if err := nettest.VerifySums(out.Bytes(), out.Offload); err != nil {
			t.Errorf("%s: %v\n% x", name, err, out.Bytes())
		}
	}
}

// away is a flow with everything changed.
func away(k FlowKey, version uint8) FlowKey {
	k.Src, k.Dst, k.SrcPort, k.DstPort = addr("203.0.113.9"), addr("198.51.100.255"), ^k.SrcPort, k.DstPort+1
	if version == 6 {
		k.Src, k.Dst = addr("2001:db8:ffff::"), addr("2001:db8::ffff")
	}
	return k
}
