package policy

import "sallyport/netstack"

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

func newIndex(conditions []condition) *index {
	b := newIndexBuilder()
	for i := range conditions {
		b.add(&conditions[i], uint32(i))
	}
	return b.index()
}

// indexBuilder gathers what the rows want.
type indexBuilder struct {
	condition                            []uint32
	scopes, services, srcPorts, src, dst *axis
	scopeSets                            [allScopes + 1]addrSet
	parts                                map[*service][]part
}

func newIndexBuilder() *indexBuilder {
	var all []netstack.Addr
	for s := range uint64(allScopes) + 1 {
		all = append(all, netstack.Addr{Lo: s})
	}
	return &indexBuilder{
		scopes: newAxis(all...), services: newAxis(), srcPorts: newAxis(), src: newAddrAxis(), dst: newAddrAxis(),
		parts: map[*service][]part{},
	}
}

// newAddrAxis is cut where IPv4 starts and ends.
func newAddrAxis() *axis { return newAxis(allIPv4.first, next(allIPv4.last)) }

func (b *indexBuilder) add(c *condition, number uint32) {
	for _, p := range b.partsOf(c.services) {
		row := uint32(len(b.condition))
		b.condition = append(b.condition, number)
		b.scopes.want(row, b.scopesIn(c.scope))
		b.services.want(row, p.what)
		b.srcPorts.want(row, p.srcPort)
		b.src.want(row, c.src)
		b.dst.want(row, c.dst)
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

// partsOf looks lists up by where they lie: equal ones share theirs.
func (b *indexBuilder) partsOf(l services) []part {
	var at *service
	if len(l) > 0 {
		at = &l[0]
	}
	parts, known := b.parts[at]
	if !known {
		parts = l.parts()
		b.parts[at] = parts
	}
	return parts
}

func (b *indexBuilder) index() *index {
	x := &index{condition: b.condition}
	n, rows := newNursery(), len(b.condition)
	b.scopes.sweep(rows, n, func(_ netstack.Addr, root []uint32) { x.scopes.add(root) })
	b.services.sweep(rows, n, x.services.addNumber)
	b.srcPorts.sweep(rows, n, x.srcPorts.addNumber)
	b.src.sweep(rows, n, x.src.add)
	b.dst.sweep(rows, n, x.dst.add)
	x.forest = n.forest
	return x
}
