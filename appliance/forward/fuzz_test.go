package forward

import (
	"encoding/binary"
	"slices"
	"testing"

	"gvisor.dev/gvisor/pkg/tcpip/header"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
	"sallyport/state"
)

// FuzzEngine plays a script of packets from both sides through the engine. A
// script is a list of steps: an opcode, and for a packet its length and bytes.
// Whatever arrives, nothing panics, every refusal has a reason, and nothing of
// the inside leaves in IPv4 with its own source, nor comes back inside by a
// translation with it. NAT behaves in every way that there is. After every packet the table is
// bounded, finds each session by both its tuples, and has counted what passed;
// and every fragment is held or has had its end.
func FuzzEngine(f *testing.F) {
	for i, script := range seeds() {
		f.Add(script, byte(i))
	}
	f.Add(throughAMapping(), byte(0))
	f.Fuzz(func(t *testing.T, script []byte, nat byte) {
		r := newRig(t, outward()).lends(func(p *netstack.Pool) { behave(p, nat) })
		p := newPlayer(r)
		for steps := 0; len(script) > 0 && steps < 64; steps++ {
			script = p.step(script)
		}
	})
}

// Opcodes of a script. Any other number is one of these, modulo their count.
const (
	opInside  = iota // two bytes of length, a packet
	opOutside        // the same
	opAnswer         // what left last comes back with its ends swapped
	opError          // what left last comes back quoted in an ICMP error
	opWait           // a byte: seconds
	opCut            // a byte: units of eight bytes, and the side and the order; a packet, in fragments
	opcodes
)

type player struct {
	*rig
	last nettest.Packet // that left
	side netstack.Side  // it left by
	ledger
}

func (p *player) step(script []byte) (rest []byte) {
	op, rest := script[0]%opcodes, script[1:]
	switch op {
	case opInside, opOutside:
		packet, rest := next(rest)
		p.play(netstack.Side(op), packet)
		return rest
	case opCut:
		if len(rest) > 0 {
			packet, after := next(rest[1:])
			p.cut(rest[0], packet)
			return after
		}
	case opAnswer:
		if len(p.last.Bytes) > 0 {
			p.play(p.side, p.last.Mutate(swapEnds))
		}
	case opError:
		p.playError()
	case opWait:
		if len(rest) > 0 {
			p.now += state.Instant(rest[0]) * 1e9
			p.late()
			rest = rest[1:]
		}
	}
	return rest
}

// behave makes of a pool one of every kind: how it maps, filters and chooses
// ports, and whether it has any to speak of.
func behave(p *netstack.Pool, nat byte) {
	p.Mapping, p.Filtering = netstack.Dependence(nat%3), netstack.Dependence(nat/3%3)
	p.Choice, nat = netstack.PortChoice(nat/9%3), nat/27
	if nat&1 != 0 {
		p.Parts[0].Ports = []netstack.PortRange{{First: 5000, Last: 5001}}
	}
	if nat&2 != 0 {
		p.Contiguous, p.Quota = true, 3
	}
}

// next reads a packet out of a script: two bytes of length, and its bytes.
func next(script []byte) (p nettest.Packet, rest []byte) {
	if len(script) < 2 {
		return p, nil
	}
	n := min(int(binary.BigEndian.Uint16(script)), len(script)-2)
	return nettest.Packet{Bytes: script[2 : 2+n]}, script[2+n:]
}

// cut plays a packet in fragments, its checksum put right, if it is one that can
// be cut. The upper bits of how turn them round, double the first, and choose
// the side.
func (p *player) cut(how byte, packet nettest.Packet) {
	packet = packet.Mutate(fixHeader)
	var view netstack.Packet
	if view.Parse(in, packet.Frame()) != netstack.ReasonNone || view.Fragment.Is || len(packet.Bytes) > 4000 {
		return
	}
	packet.Bytes = packet.Bytes[:view.Len()]
	nettest.RepairMessage(packet.Bytes, packet.Offload)
	fragments := nettest.Split(packet, 8*int(how&31)+8, uint32(how))
	if how&32 != 0 {
		slices.Reverse(fragments)
	}
	if how&64 != 0 && len(fragments) > 1 {
		fragments = slices.Insert(fragments, 1, fragments[0])
	}
	for _, f := range fragments {
		p.play(netstack.Side(how>>7), f)
	}
}

// play sends a packet and looks at what becomes of it. The script's checksums
// are taken for right, or hardly any packet would come further.
func (p *player) play(side netstack.Side, packet nettest.Packet) {
	packet = packet.Mutate(fixHeader)
	packet.Offload.Flags = netstack.DataValid
	var sent netstack.Packet
	sent.Parse(side, packet.Frame())
	res := p.send(side, packet)
	if res.Reply {
		res.answer.Parse(p, side)
	}
	p.enter(side, &res)
	p.balance()
	if res.Verdict != netstack.Pass {
		return
	}
	if res.Fragments > 0 {
		whole, err := nettest.Join(res.fragments)
		if err != nil {
			p.Fatal(err)
		}
		res.packet = whole
	}
	left := res.packet.Parse(p, res.Out)
	if side == in && left.Version == 4 && left.Flow.Src != addr(public) && (res.Out == out || left.Flow.Dst != sent.Flow.Dst) {
		p.Fatalf("%v left untranslated", left.Flow)
	}
	p.last, p.side = res.packet, res.Out
}

func (p *player) playError() {
	if len(p.last.Bytes) == 0 {
		return
	}
	last := p.last.Parse(p, p.side.Opposite())
	if last.ICMP == netstack.ICMPError {
		return
	}
	from := router
	if last.Version == 6 {
		from = "fd00:9::fe"
	}
	p.play(p.side, nettest.Unreachable(from, last.Flow.Src.String(), 1, p.last))
}

// swapEnds makes an answer of a packet: addresses swapped, ports too.
func swapEnds(b []byte) {
	at, size := 12, 4
	if b[0]>>4 == 6 {
		at, size = 8, 16
	}
	swap(b[at:at+size], b[at+size:at+2*size])
	transport := int(b[0]&15) * 4
	if b[0]>>4 == 6 {
		transport = 40
	}
	if len(b) >= transport+4 {
		swap(b[transport:transport+2], b[transport+2:transport+4])
	}
	if len(b) >= transport+20 && b[0]>>4 == 4 && b[9] == 6 {
		b[transport+13] |= 0x10 // an answer acknowledges
	}
}

func swap(a, b []byte) {
	for i := range a {
		a[i], b[i] = b[i], a[i]
	}
}

// fixHeader makes the IPv4 header checksum right, as the kernel has already
// dropped what has it wrong.
func fixHeader(b []byte) {
	if len(b) < header.IPv4MinimumSize || b[0]>>4 != 4 {
		return
	}
	ip := header.IPv4(b)
	if n := int(ip.HeaderLength()); n < header.IPv4MinimumSize || n > len(b) {
		return
	}
	ip.SetChecksum(0)
	ip.SetChecksum(^ip.CalculateChecksum())
}

// seeds are scripts that reach each part of the engine.
func seeds() [][]byte {
	say := func(side netstack.Side, p nettest.Packet) []byte {
		b := []byte{byte(side), 0, 0}
		binary.BigEndian.PutUint16(b[1:], uint16(len(p.Bytes)))
		return append(b, p.Bytes...)
	}
	join := func(parts ...[]byte) (script []byte) {
		for _, p := range parts {
			script = append(script, p...)
		}
		return script
	}
	cut := func(how byte, p nettest.Packet) []byte { return append([]byte{opCut, how}, say(0, p)[1:]...) }
	answer, err, wait := []byte{opAnswer}, []byte{opError}, []byte{opWait, 200}
	syn := nettest.TCP(client, server, nettest.Flags("S"), nettest.Seq(1))
	return [][]byte{
		join(say(in, syn), answer, err, wait, say(in, syn)),
		join(say(in, nettest.TCP(client6, server6, nettest.Flags("S"))), answer, answer, err),
		join(say(in, nettest.UDP(client, server, nettest.Payload(10))), answer, err, answer, wait, answer),
		join(say(in, nettest.ICMPEcho("10.1.0.10", "198.51.100.7")), answer, err),
		join(say(out, nettest.TCP(server, public+":8080", nettest.Flags("S"))), answer, err),
		join(say(in, nettest.IP("10.1.0.10", "198.51.100.7", netstack.GRE, nettest.Payload(20))), answer, err),
		join(say(in, nettest.SCTP(client, server, nettest.Payload(20))), answer),
		join(say(in, nettest.SCTP(client6, server6, initChunk(1, 77, 20))), say(out, nettest.SCTP(server6, client6, nettest.Tag(77), initChunk(2, 78, 20))),
			say(in, nettest.SCTP(client6, server6, nettest.Tag(78), nettest.PayloadBytes([]byte{10, 0, 0, 4}))), answer, err),
		join(say(in, nettest.UDP(client6, "[fd00:9::7]:53", nettest.PayloadBytes(make([]byte, 12)))), answer,
			say(out, nettest.UDP("[fd00:9::7]:53", client6, nettest.PayloadBytes([]byte{0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0}))), answer),
		say(in, nettest.TCP(client, "198.51.100.7:23", nettest.Flags("S"))),
		say(in, nettest.UDP(client, server, nettest.Payload(64), nettest.Fragment(0, 32, true, 1))),
		join(cut(20, nettest.UDP(client, server, nettest.Payload(900))), answer, err),
		join(cut(32|10, nettest.TCP(client, server, nettest.Flags("S"), nettest.Payload(400))), answer),
		join(cut(64|12, nettest.UDP(client6, server6, nettest.Payload(900))), wait, answer),
		join(cut(31, nettest.ICMPEcho("10.1.0.10", "198.51.100.7", nettest.Payload(900))), answer),
		join(cut(20, nettest.SCTP(client, server, nettest.Payload(900))), answer),
		join(cut(128|20, nettest.UDP("198.51.100.53:53", public+":45000", nettest.Payload(900)))),
	}
}
