package state

import (
	"time"

	"sallyport/netstack"
)

// MappingView is a copy of what is known of a mapping, for listings.
type MappingView struct {
	Proto      netstack.Protocol
	Inside     netstack.Addr
	InsidePort uint16        // of ICMP: the identifier
	Side       netstack.Side // where the inside endpoint lives
	External   netstack.Addr
	Port       uint16
	// Remote is the address that an address-dependent mapping is for; zero of
	// others.
	Remote             netstack.Addr
	Mapping, Filtering netstack.Dependence
	Rule, Generation   uint32 // that let in the session it was made for
	SrcRule            uint16 // as in netstack.Translation
	Sessions           int
	Age                time.Duration // in whole seconds
}

// ExternalView is how much of an external address is lent.
type ExternalView struct {
	Addr  netstack.Addr
	Proto netstack.Protocol
	Ports int // each counted once, however many mappings share it
}

// Mappings calls list for each mapping among the next max records after cursor,
// as Sessions does for sessions.
func (t *Table) Mappings(now Instant, cursor Cursor, max int, list func(MappingView)) Cursor {
	t.mu.Lock()
	defer t.mu.Unlock()
	m := &t.mappings
	last := min(int(cursor)+max, int(m.records.used))
	for r := ref(cursor) + 1; int(r) <= last; r++ {
		if x := m.records.at(r); x.space != 0 && !x.is.has(sharedPort) {
			list(m.view(x, now))
		}
	}
	if last == int(m.records.used) {
		return 0
	}
	return Cursor(last)
}

func (m *mappings) view(x *mapping, now Instant) MappingView {
	s := m.spaces.records.at(x.space)
	return MappingView{
		Proto: s.proto, Inside: x.inside, InsidePort: x.insidePort, Side: x.is.side(),
		External: s.addr, Port: x.port, Remote: m.seen(x),
		Mapping: x.is.mapping(), Filtering: x.is.filtering(),
		Rule: x.rule, Generation: x.generation, SrcRule: x.srcRule,
		Sessions: int(x.uses), Age: time.Duration(seconds(now)-x.born) * time.Second,
	}
}

// Externals calls list for each external address and protocol of which something
// is lent, among the next max records after cursor, as Sessions does.
func (t *Table) Externals(cursor Cursor, max int, list func(ExternalView)) Cursor {
	t.mu.Lock()
	defer t.mu.Unlock()
	spaces := &t.mappings.spaces.records
	last := min(int(cursor)+max, int(spaces.used))
	for r := ref(cursor) + 1; int(r) <= last; r++ {
		if s := spaces.at(r); s.used > 0 {
			list(ExternalView{s.addr, s.proto, int(s.used)})
		}
	}
	if last == int(spaces.used) {
		return 0
	}
	return Cursor(last)
}
