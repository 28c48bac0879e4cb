package policy

import (
	"iter"

	"sallyport/netstack"
)

// index finds the first of many conditions that a packet meets, at a cost that
// hardly grows with them. A condition is a row, or several; for each thing that
// a packet is looked at for, a table says which rows want what it has, and the
// first row that all tables name is of the first condition.
type index struct {
	forest
	condition []uint32 // of each row, ascending
	scopes    roots
	services  cuts
	srcPorts  cuts
	src, dst  addrCuts
}

func (x *index) first(q *query) int {
	row := x.forest.first(&[lookups][]uint32{
		x.scopes.at(int(q.scope)),
		x.services.root(q.servicePoint()),
		x.srcPorts.root(uint32(q.srcPort)),
		x.src.root(q.src),
		x.dst.root(q.dst),
	})
	if row == none {
		return none
	}
	return int(x.condition[row])
}

// wanting yields the rows that want a packet with the points of p.
func (x *index) wanting(p *[lookups]netstack.Addr) iter.Seq[int] {
	return x.forest.all(&[lookups][]uint32{
		x.scopes.at(int(p[byScope].Lo)),
		x.services.root(uint32(p[byService].Lo)),
		x.srcPorts.root(uint32(p[bySrcPort].Lo)),
		x.src.root(p[bySource]),
		x.dst.root(p[byDestination]),
	})
}

func newIndex(conditions []condition) *index {
	b, parts := newIndexBuilder(), partition{}
	for i := range conditions {
		c := &conditions[i]
		for _, p := range parts.of(c.services) {
			b.add(extent{b.scopesIn(c.scope), p.what, p.srcPort, c.src, c.dst}, uint32(i))
		}
	}
	return b.index()
}

// indexBuilder gathers what the rows want.
type indexBuilder struct {
	condition []uint32
	axes      [lookups]*axis
	scopeSets [allScopes + 1]addrSet
}

func newIndexBuilder() *indexBuilder {
	var all []netstack.Addr
	for s := range uint64(allScopes) + 1 {
		all = append(all, netstack.Addr{Lo: s})
	}
	return &indexBuilder{
		axes: [...]*axis{newAxis(all...), newAxis(), newAxis(), newAddrAxis(), newAddrAxis()},
	}
}

// newAddrAxis is cut where IPv4 starts and ends.
func newAddrAxis() *axis { return newAxis(allIPv4.first, next(allIPv4.last)) }

// add adds a row of the condition, which is not before any other's.
func (b *indexBuilder) add(e extent, condition uint32) {
	row := uint32(len(b.condition))
	b.condition = append(b.condition, condition)
	for i, a := range b.axes {
		a.want(row, e[i])
	}
}

// scopesIn returns the scopes of queries that fit s.
func (b *indexBuilder) scopesIn(s scope) addrSet {
	if b.scopeSets[s] == nil {
		var fit []addrRange
		for q := range allScopes + 1 {
			if q&^s == 0 {
				fit = append(fit, numbers(uint64(q), uint64(q)))
			}
		}
		b.scopeSets[s] = union(fit)
	}
	return b.scopeSets[s]
}

func (b *indexBuilder) index() *index {
	x := &index{condition: b.condition}
	n, rows := newNursery(), len(b.condition)
	for i, cut := range [lookups]func(netstack.Addr, []uint32){
		func(_ netstack.Addr, root []uint32) { x.scopes.add(root) },
		x.services.addNumber, x.srcPorts.addNumber, x.src.add, x.dst.add,
	} {
		b.axes[i].sweep(rows, n, cut)
	}
	x.forest = n.forest
	return x
}
