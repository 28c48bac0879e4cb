package state

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

// natModel is NAT as the RFCs tell it: lists that every question walks. Which
// endpoint a new mapping gets it learns from the table, and checks that it might.
type natModel struct {
	testing.TB
	*rand.Rand
	table    *Table
	now      Instant
	mappings []*modelMapping
	sessions map[uint64]*modelSession
}

type modelEnd struct {
	addr netstack.Addr
	port uint16
}

type modelMapping struct {
	inside, external   modelEnd
	mapping, filtering netstack.Dependence
	seen, remote       netstack.Addr // of the session that it was made for: as sent, and as it comes back
	tracked            bool
	holders            int
}

// modelSession holds own, the mapping of its source, and through, the one it came
// in through; each may be nil.
type modelSession struct {
	original, reply netstack.FlowKey
	own, through    *modelMapping
}

// knows reports whether a session of m is with an address, as its inside
// endpoint sees it.
func (n *natModel) knows(m *modelMapping, a netstack.Addr) bool {
	for _, s := range n.sessions {
		if s.own == m && s.original.Dst == a || s.through == m && s.reply.Dst == a {
			return true
		}
	}
	return false
}

// admits is RFC 4787 5.
func (n *natModel) admits(m *modelMapping, from netstack.Addr) bool {
	return m.filtering == ei || m.filtering == ad && n.knows(m, from)
}

// at returns the mapping at an external endpoint that a packet from a source is
// for: where several share it, the one that was made for that address.
func (n *natModel) at(e modelEnd, from netstack.Addr) *modelMapping {
	for _, m := range n.mappings {
		if m.external != e {
			continue
		}
		switch min(m.mapping, m.filtering) {
		case ei:
			return m
		case ad:
			if m.remote == from {
				return m
			}
		}
	}
	return nil
}

// joinable are the mappings that serve a new session of an inside endpoint.
func (n *natModel) joinable(k *netstack.FlowKey, p *netstack.Pool) (found []*modelMapping) {
	for _, m := range n.mappings {
		if m.inside == (modelEnd{k.Src, k.SrcPort}) && m.mapping == p.Mapping && m.filtering == p.Filtering &&
			p.Lends(m.external.addr, m.external.port) && (m.mapping == ei || m.mapping == ad && m.seen == k.Dst) {
			found = append(found, m)
		}
	}
	return found
}

// mayLend reports whether a new mapping of p can have this endpoint for a session
// whose replies come from reply.Src.
func (n *natModel) mayLend(k *netstack.FlowKey, real modelEnd, p *netstack.Pool, e modelEnd) bool {
	if !p.Lends(e.addr, e.port) || n.taken(k, real, e) || e.port < 1024 { // no inside port is, and every address has others
		return false
	}
	for _, m := range n.mappings {
		if m.external != e {
			continue
		}
		exclusive := min(p.Mapping, p.Filtering)
		if exclusive == ei || m.mapping != p.Mapping || m.filtering != p.Filtering || exclusive == ad && m.remote == real.addr {
			return false
		}
	}
	return true
}

// taken reports whether replies to e could be another session's packets.
func (n *natModel) taken(k *netstack.FlowKey, real, e modelEnd) bool {
	side := netstack.Outside
	if real != (modelEnd{k.Dst, k.DstPort}) {
		side = netstack.Inside
	}
	reply := netstack.FlowKey{Src: real.addr, SrcPort: real.port, Dst: e.addr, DstPort: e.port, Proto: k.Proto, In: side}
	for _, s := range n.sessions {
		if s.original == reply || s.reply == reply {
			return true
		}
	}
	return reply == *k
}

func (n *natModel) quotaReached(k *netstack.FlowKey, p *netstack.Pool) bool {
	has := uint32(0)
	for _, m := range n.mappings {
		if m.tracked && m.inside.addr == k.Src {
			has++
		}
	}
	return p.Quota > 0 && has >= p.Quota
}

// source says what must become of a session's source, given what did, and enters
// it. to is the mapping that it goes through, if it is hairpinned.
func (n *natModel) source(k *netstack.FlowKey, p *netstack.Pool, to *modelMapping, got outcome) (*modelMapping, netstack.Reason) {
	real := modelEnd{k.Dst, k.DstPort}
	if to != nil {
		real = to.inside
	}
	e := modelEnd{got.Leave.Src, got.Leave.SrcPort}
	if joinable := n.joinable(k, p); len(joinable) > 0 {
		for _, m := range joinable { // mostly one; with more, whichever explains it
			taken := n.taken(k, real, m.external)
			switch {
			case taken && got.reason == netstack.NATExhausted:
				return nil, netstack.NATExhausted
			case taken, got.Session != 0 && m.external != e:
			case got.reason == netstack.NATFiltered && (to == nil || n.admits(to, m.external.addr)):
			default:
				return m, netstack.ReasonNone
			}
		}
		n.Fatalf("%v leaves from %v, %v, and may join %d mappings", k, e, got.reason, len(joinable))
	}
	if n.quotaReached(k, p) {
		return nil, netstack.SourceLimit
	}
	fresh := &modelMapping{
		inside: modelEnd{k.Src, k.SrcPort}, external: e, mapping: p.Mapping, filtering: p.Filtering,
		seen: k.Dst, remote: real.addr, tracked: p.Quota > 0 || !p.Unpaired && (len(p.Parts) > 1 || p.Parts[0].First != p.Parts[0].Last),
	}
	any := n.anyLendable(k, real, p)
	switch {
	case any == 0:
		return nil, netstack.NATExhausted
	case got.reason == netstack.NATFiltered:
		return fresh, netstack.ReasonNone // it was given back
	case got.Session == 0 || !n.mayLend(k, real, p, e):
		n.Fatalf("%v by %+v: %v, %+v; %d endpoints would do", k, p, got.reason, e, any)
	}
	return fresh, netstack.ReasonNone
}

// anyLendable counts the endpoints that would do; p is small.
func (n *natModel) anyLendable(k *netstack.FlowKey, real modelEnd, p *netstack.Pool) (any int) {
	for _, part := range p.Parts {
		for a := part.First; a.Compare(part.Last) <= 0; a.Lo++ {
			for _, r := range part.Ports {
				for port := r.First; port <= r.Last; port++ {
					if n.mayLend(k, real, p, modelEnd{a, port}) {
						any++
					}
				}
			}
		}
	}
	return any
}

// enter makes the session that the table has made.
func (n *natModel) enter(k *netstack.FlowKey, own, through *modelMapping, got outcome) {
	s := &modelSession{original: *k, own: own, through: through}
	s.reply = got.Leave.Reverse(got.Out)
	n.sessions[got.Session] = s
	for _, m := range []*modelMapping{own, through} {
		if m == nil {
			continue
		}
		if m.holders == 0 {
			n.mappings = append(n.mappings, m)
		}
		m.holders++
	}
}

// drop ends a session.
func (n *natModel) drop(id uint64) {
	s := n.sessions[id]
	delete(n.sessions, id)
	for _, m := range []*modelMapping{s.own, s.through} {
		if m == nil {
			continue
		}
		if m.holders--; m.holders > 0 {
			continue
		}
		for i := range n.mappings {
			if n.mappings[i] == m {
				n.mappings = append(n.mappings[:i], n.mappings[i+1:]...)
				break
			}
		}
	}
}

// send has a packet go through the table, with p as the pool of the inside, and
// says whether what became of it is right.
func (n *natModel) send(k netstack.FlowKey, p *netstack.Pool) {
	packet := nettest.UDP(at(k.Src, k.SrcPort), at(k.Dst, k.DstPort)).Parse(n.TB, k.In)
	for _, s := range n.sessions {
		if s.original == k || s.reply == k {
			if m, reason := n.table.Track(packet, n.now); m.Session == 0 || reason != netstack.ReasonNone {
				n.Fatalf("%v is of a session, and is not: %v", k, reason)
			}
			return
		}
	}
	got := n.handle(packet, p)
	own, through, want := n.expect(&k, p, got)
	if got.reason != want {
		n.Fatalf("%v by %+v: %v; want %v", k, p, got.reason, want)
	}
	if want == netstack.ReasonNone {
		n.enter(&k, own, through, got)
	}
}

// handle does what appliance/forward does.
func (n *natModel) handle(packet *netstack.Packet, p *netstack.Pool) outcome {
	mapped, found := n.table.Mapped(packet, n.now)
	if found && !mapped.Admits {
		return outcome{reason: netstack.NATFiltered}
	}
	r := &natRig{&rig{TB: n.TB, Table: n.table, now: n.now}, p}
	a, ok := r.admit(packet)
	if !ok {
		return outcome{reason: netstack.Policy}
	}
	m, reason := n.table.Open(packet, a, n.now)
	return outcome{m, reason}
}

// expect says what is to become of a packet of no session.
func (n *natModel) expect(k *netstack.FlowKey, p *netstack.Pool, got outcome) (own, through *modelMapping, want netstack.Reason) {
	e := modelEnd{k.Dst, k.DstPort}
	through = n.at(e, k.Src)
	if through == nil {
		for _, m := range n.mappings {
			if m.external == e {
				return nil, nil, netstack.NATFiltered
			}
		}
		if k.In == netstack.Outside {
			return nil, nil, netstack.Policy
		}
		own, want = n.source(k, p, nil, got)
		return own, nil, want
	}
	from := k.Src
	if through.filtering == apd {
		return nil, nil, netstack.NATFiltered
	}
	if k.In == netstack.Inside {
		if own, want = n.source(k, p, through, got); want != netstack.ReasonNone {
			return nil, nil, want
		}
		from = own.external.addr
		if got.reason == netstack.NATFiltered && own.holders == 0 {
			// The endpoint was given back, and nobody has seen it: was there one whose
			// address is not let in?
			if through.filtering != ei && !n.knowsAll(through, p) {
				return nil, nil, netstack.NATFiltered
			}
		}
	} else if n.admits(through, from) && n.unnatural(k, through) {
		return nil, nil, netstack.Untranslatable
	}
	if !n.admits(through, from) {
		return nil, nil, netstack.NATFiltered
	}
	return own, through, netstack.ReasonNone
}

// knowsAll reports whether a mapping's inside endpoint speaks to every address of
// a pool.
func (n *natModel) knowsAll(m *modelMapping, p *netstack.Pool) bool {
	for _, part := range p.Parts {
		for a := part.First; a.Compare(part.Last) <= 0; a.Lo++ {
			if !n.knows(m, a) {
				return false
			}
		}
	}
	return true
}

// unnatural reports whether the replies to a session from outside through m
// would be packets of another one.
func (n *natModel) unnatural(k *netstack.FlowKey, m *modelMapping) bool {
	reply := netstack.FlowKey{Src: m.inside.addr, SrcPort: m.inside.port, Dst: k.Src, DstPort: k.SrcPort, Proto: k.Proto, In: netstack.Inside}
	for _, s := range n.sessions {
		if s.original == reply || s.reply == reply {
			return true
		}
	}
	return false
}

func at(a netstack.Addr, port uint16) string { return modelEnd{a, port}.String() }

func (e modelEnd) String() string {
	if e.addr.Is4() {
		return fmt.Sprintf("%v:%d", e.addr, e.port)
	}
	return fmt.Sprintf("[%v]:%d", e.addr, e.port)
}

// randomPool is a small one, with every wish that there is.
func (n *natModel) randomPool() *netstack.Pool {
	first := n.IntN(3) + 1
	p := poolAcross(netstack.PortRange{First: 2000, Last: uint16(2000 + n.IntN(6))},
		[2]string{fmt.Sprintf("192.0.2.%d", first), fmt.Sprintf("192.0.2.%d", first+n.IntN(3))})
	if n.IntN(4) == 0 {
		p.Parts = append(p.Parts, netstack.PoolPart{First: address("192.0.2.9"), Last: address("192.0.2.9"),
			Ports: []netstack.PortRange{{First: 1001, Last: 1003}, {First: 2001, Last: 2003}}})
	}
	p.Mapping, p.Filtering = dependences[n.IntN(3)], dependences[n.IntN(3)]
	p.Choice = netstack.PortChoice(n.IntN(3))
	p.NoParity, p.Contiguous, p.Unpaired = n.IntN(3) == 0, n.IntN(3) == 0, n.IntN(3) == 0
	if n.IntN(4) == 0 {
		p.Quota = uint32(2 + n.IntN(3))
	}
	return p
}

func (n *natModel) insideEnd() modelEnd {
	return modelEnd{address(fmt.Sprintf("10.1.0.%d", n.IntN(4)+1)), uint16(1999 + n.IntN(4))}
}

func (n *natModel) remoteEnd() modelEnd {
	return modelEnd{address(fmt.Sprintf("1.1.1.%d", n.IntN(3)+1)), uint16(53 + n.IntN(3))}
}

// externalEnd is that of a mapping, mostly.
func (n *natModel) externalEnd() modelEnd {
	if len(n.mappings) > 0 && n.IntN(8) > 0 {
		return n.mappings[n.IntN(len(n.mappings))].external
	}
	return modelEnd{address("192.0.2.2"), 2001}
}

func (n *natModel) step(pools []*netstack.Pool) {
	p := pools[n.IntN(len(pools))]
	switch n.IntN(12) {
	case 0:
		if ids := slices.Sorted(maps.Keys(n.sessions)); len(ids) > 0 {
			id := ids[n.IntN(len(ids))]
			n.table.Kill(id)
			n.drop(id)
		}
	case 1:
		n.now += Instant(n.IntN(int(20 * time.Second)))
		n.expire()
	case 2, 3, 4:
		n.send(flowOf(n.remoteEnd(), n.externalEnd(), outside), p)
	case 5, 6:
		n.send(flowOf(n.insideEnd(), n.externalEnd(), inside), p)
	default:
		n.send(flowOf(n.insideEnd(), n.remoteEnd(), inside), p)
	}
}

func flowOf(src, dst modelEnd, in netstack.Side) netstack.FlowKey {
	return netstack.FlowKey{Src: src.addr, SrcPort: src.port, Dst: dst.addr, DstPort: dst.port, Proto: netstack.UDP, In: in}
}

// expire reaps, and learns from the table what is left: timers are the twin's to
// know.
func (n *natModel) expire() {
	n.table.Sweep(n.now, 1<<20)
	live := map[uint64]bool{}
	n.table.Sessions(n.now, 0, 1<<20, func(v View) { live[v.ID] = true })
	for _, id := range slices.Sorted(maps.Keys(n.sessions)) {
		if !live[id] {
			n.drop(id)
		}
	}
}

// compare holds the listing against the model.
func (n *natModel) compare() {
	n.Helper()
	checkInvariants(n.TB, n.table)
	want := map[string]int{}
	for _, m := range n.mappings {
		want[fmt.Sprint(m.inside, m.external, m.mapping, m.filtering)] += m.holders
	}
	got := map[string]int{}
	n.table.Mappings(n.now, 0, 1<<20, func(v MappingView) {
		got[fmt.Sprint(modelEnd{v.Inside, v.InsidePort}, modelEnd{v.External, v.Port}, v.Mapping, v.Filtering)] += v.Sessions
	})
	if fmt.Sprint(got) != fmt.Sprint(want) {
		n.Fatalf("the table has\n%v\nand should have\n%v", got, want)
	}
}

// restart takes the sessions up in another table, where every mapping must be
// what it was.
func (n *natModel) restart() {
	n.Helper()
	after, result := restored(n.TB, snapshotOf(n.TB, n.table, n.now), 500, 0, everything)
	if result.Count[Restored] != len(n.sessions) {
		n.Fatalf("%d sessions: %v", len(n.sessions), result.Count)
	}
	n.table, n.now = after.Table, after.now
	n.compare()
}

// TestNATAgainstModel runs random traffic through pools of every behaviour, and
// then restarts.
func TestNATAgainstModel(t *testing.T) {
	for seed := range uint64(24) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			n := &natModel{
				TB: t, Rand: rand.New(rand.NewPCG(seed, 4787)), now: Instant(time.Hour),
				table: NewTable(Limits{MaxSessions: 500}, DefaultTimeouts(), Seed{byte(seed)}), sessions: map[uint64]*modelSession{},
			}
			pools := []*netstack.Pool{n.randomPool(), n.randomPool(), n.randomPool()}
			for i := range 800 {
				n.step(pools)
				if i%20 == 0 {
					n.compare()
				}
			}
			n.restart()
		})
	}
}
