package conf

// node is where something stands in the text, as offsets in bytes, and what
// stands in it. The tree of nodes has the shape of the decoded file: the TOML
// library says what a file holds, but not where.
type node struct {
	key      int              // its key, or its table's header; for an element its value
	keyEnd   int              // after the key
	value    int              // its value; for a table with a header the header
	valueEnd int              // after the value
	fields   map[string]*node // of a table
	elements []*node          // of an array
}

// child returns the table's field of that name, made at offset at if missing.
func (s *scanner) child(n *node, name string, at int) *node {
	if c := n.fields[name]; c != nil {
		return c
	}
	if n.fields == nil {
		n.fields = map[string]*node{}
	}
	c := s.newNode(at)
	n.fields[name] = c
	return c
}

// newNode returns a node that begins and ends at an offset. They are made many at
// a time: a large file has a hundred thousand.
func (s *scanner) newNode(at int) *node {
	if len(s.nodes) == 0 {
		s.nodes = make([]node, 256)
	}
	n := &s.nodes[0]
	s.nodes = s.nodes[1:]
	n.key, n.keyEnd, n.value, n.valueEnd = at, at, at, at
	return n
}

// last returns the table that a header means by n: the last one, if n is an
// array of tables.
func (n *node) last() *node {
	if len(n.elements) == 0 {
		return n
	}
	return n.elements[len(n.elements)-1]
}

// maxDepth is how deep arrays and inline tables may nest: far more than any
// setting, far less than a parser's stack.
const maxDepth = 32

// places returns where everything in text stands. The tree is right for valid
// TOML; of anything else, it is what could be made out. deep is the offset of a
// bracket nested deeper than maxDepth, or -1.
func places(text string) (root *node, deep int) {
	s := scanner{text: text, root: &node{}, deep: -1}
	s.table = s.root
	for s.deep < 0 && s.statement() {
	}
	return s.root, s.deep
}

// statement reads one header or one key with its value, and reports whether
// there may be more.
func (s *scanner) statement() bool {
	s.skipSpace()
	switch {
	case s.at >= len(s.text):
		return false
	case s.text[s.at] == '[':
		return s.header()
	}
	return s.pair(s.table, 0)
}

// header reads "[a.b]" or "[[a.b]]": what follows is in that table.
func (s *scanner) header() bool {
	start := s.at
	array := s.eat("[[")
	if !array {
		s.eat("[")
	}
	parts, ok := s.dottedKey()
	if !ok || !s.eat("]") || array && !s.eat("]") {
		return false
	}
	n := s.root
	for _, p := range parts {
		n = s.child(n.last(), p.name, start)
		n.keyEnd, n.valueEnd = s.at, s.at
	}
	if array {
		n.elements = append(n.elements, s.newNode(start))
	}
	s.table = n.last()
	s.table.key, s.table.keyEnd, s.table.value, s.table.valueEnd = start, s.at, start, s.at
	return true
}

// pair reads "a.b = value" into table.
func (s *scanner) pair(table *node, depth int) bool {
	parts, ok := s.dottedKey()
	if !ok || !s.eat("=") {
		return false
	}
	for _, p := range parts {
		table = s.child(table, p.name, p.at)
		if table.keyEnd == p.at {
			table.keyEnd, table.valueEnd = p.end, p.end
		}
	}
	s.skipBlanks()
	return s.scanValue(table, depth)
}
