package forward

import (
	"encoding/binary"
	"testing"

	"gvisor.dev/gvisor/pkg/tcpip/header"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
	"sallyport/state"
)

// FuzzEngine plays a script of packets from both sides through the engine. A
// script is a list of steps: an opcode, and for a packet its length and bytes.
// Whatever arrives, nothing panics, every refusal has a reason, the table stays
// bounded, and nothing of the inside leaves in IPv4 with its own source.
func FuzzEngine(f *testing.F) {
	for _, script := range seeds() {
		f.Add(script)
	}
	f.Fuzz(func(t *testing.T, script []byte) {
		r := newRig(t, outward())
		p := player{rig: r}
		for steps := 0; len(script) > 0 && steps < 64; steps++ {
			script = p.step(script)
			if n := r.engine.Table.Len(); n > 1000 {
				t.Fatalf("%d sessions in a table of 1000", n)
			}
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
	opcodes
)

type player struct {
	*rig
	last nettest.Packet // that left
	side netstack.Side  // it left by
}

func (p *player) step(script []byte) (rest []byte) {
	op, rest := script[0]%opcodes, script[1:]
	switch op {
	case opInside, opOutside:
		if len(rest) < 2 {
			return nil
		}
		n := min(int(binary.BigEndian.Uint16(rest)), len(rest)-2)
		p.play(netstack.Side(op), nettest.Packet{Bytes: rest[2 : 2+n]})
		return rest[2+n:]
	case opAnswer:
		if len(p.last.Bytes) > 0 {
			p.play(p.side, p.last.Mutate(swapEnds))
		}
	case opError:
		p.playError()
	case opWait:
		if len(rest) > 0 {
			p.now += state.Instant(rest[0]) * 1e9
			rest = rest[1:]
		}
	}
	return rest
}

// play sends a packet and looks at what becomes of it. The script's checksums
// are taken for right, or hardly any packet would come further.
func (p *player) play(side netstack.Side, packet nettest.Packet) {
	packet = packet.Mutate(fixHeader)
	packet.Offload.Flags = netstack.DataValid
	res := p.send(side, packet)
	if res.Reply {
		res.answer.Parse(p, side)
	}
	if res.Verdict != netstack.Pass {
		return
	}
	left := res.packet.Parse(p, res.Out)
	if side == in && res.Out == out && left.Version == 4 && left.Flow.Src != addr(public) {
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
		say(in, nettest.TCP(client, "198.51.100.7:23", nettest.Flags("S"))),
		say(in, nettest.UDP(client, server, nettest.Payload(64), nettest.Fragment(0, 32, true, 1))),
	}
}
