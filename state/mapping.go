package state

import "sallyport/netstack"

// Theory of operation of mappings
//
// A mapping is an inside endpoint's external endpoint (RFC 4787 4.1). It lives
// as long as a session holds it: the session that it was made for, others from
// the same inside endpoint that it serves too, and those that came in through
// it. Its behaviour is that of the pool it was lent from, and stays:
//
//   - what the mapping depends on says which sessions from inside it serves:
//     all of the endpoint's, those to one address, or one alone;
//   - what its filtering depends on says whom it lets in: anybody, who has an
//     address that the endpoint speaks to, or nobody. Who has also the port
//     has a session already.
//
// The weaker of the two says whether a port can serve several mappings at once
// and still be anybody's alone for every packet that can arrive: never, if one
// of them is endpoint-independent (RFC 4787 REQ-3, RFC 5382 REQ-7); once for
// each remote address; or once for each remote endpoint, and then an address
// carries as many sessions as there are remote endpoints times ports (RFC 7857
// 3). See exclusive.
//
// Every mapping is found by its inside endpoint and by its external one, through
// one index. A port that several mappings share has a record of its own there,
// which counts them.

// mapping is a mapping, or a port that several share. What the latter does not
// need is zero.
type mapping struct {
	inside           netstack.Addr
	rule, generation uint32 // that let in the session it was made for
	born             uint32 // in seconds
	uses             uint32 // sessions that hold it; of a shared port, mappings
	space            ref    // external address and protocol
	contact          ref    // the remote end that it depends on, 0: none
	host             ref    // 0: nobody counts what this host has; the next free record, if free
	insidePort, port uint16
	srcRule          uint16
	is               traits
}

func (m *mapping) nextFree() *ref { return &m.host }

// traits is what does not change in the life of a mapping.
type traits struct {
	behaviour uint8 // see behaviourOf
	flags     uint8
}

const (
	fromOutside uint8 = 1 << iota // the inside endpoint lives on the outer side
	sharedPort                    // no mapping, but the port that several share
	quietSYN                      // netstack.Pool.QuietSYN
)

// behaviourOf packs what a pool's mappings and their filtering depend on.
func behaviourOf(p *netstack.Pool) uint8 { return uint8(p.Mapping)<<2 | uint8(p.Filtering) }

func (t traits) mapping() netstack.Dependence   { return netstack.Dependence(t.behaviour >> 2) }
func (t traits) filtering() netstack.Dependence { return netstack.Dependence(t.behaviour & 3) }

// exclusive returns what of the remote end must differ for two mappings on one
// port: nothing does, if it is endpoint-independent.
func (t traits) exclusive() netstack.Dependence { return min(t.mapping(), t.filtering()) }

func (t traits) has(flag uint8) bool { return t.flags&flag != 0 }

// side is where the inside endpoint lives.
func (t traits) side() netstack.Side {
	if t.has(fromOutside) {
		return netstack.Outside
	}
	return netstack.Inside
}

func traitsOf(p *netstack.Pool, in netstack.Side) (t traits) {
	t.behaviour = behaviourOf(p)
	if in == netstack.Outside {
		t.flags |= fromOutside
	}
	if p.QuietSYN {
		t.flags |= quietSYN
	}
	return t
}

// insideKey returns what of a session's original flow its mapping depends on.
func insideKey(k *netstack.FlowKey, d netstack.Dependence) netstack.FlowKey {
	key := netstack.FlowKey{Src: k.Src, SrcPort: k.SrcPort, Proto: k.Proto, In: k.In}
	if d >= netstack.AddressDependent {
		key.Dst = k.Dst
	}
	if d == netstack.AddressAndPortDependent {
		key.DstPort = k.DstPort
	}
	return key
}

// nowhere is the side of keys that no packet has.
const nowhere = netstack.Side(netstack.Sides)

// externalKey is what an external endpoint is found by; remote is zero unless
// the port is shared between remote addresses.
func externalKey(addr netstack.Addr, proto netstack.Protocol, port uint16, remote netstack.Addr) netstack.FlowKey {
	return netstack.FlowKey{Src: remote, Dst: addr, DstPort: port, Proto: proto, In: nowhere}
}
