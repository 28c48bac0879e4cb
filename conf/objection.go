package conf

import "strings"

// Objection is what somebody else has against a setting of a file.
type Objection struct {
	Key     string // with its sections, as in "state.max_sessions"
	Message string
}

// Faults gives each objection its place: where the files say the setting, or else
// where its section begins, or else the start of the first file. The settings
// must have been read from files.
func (s *Settings) Faults(objections ...Objection) Errors {
	c := collect(shelf(s.Files), s.Files[0])
	for _, o := range objections {
		c.find(o.Key).fail("%s", o.Message)
	}
	return c.faults(faultsOf)
}

// find returns where the files say a key, or as much of it as is said: a section
// is in one file alone, and the first file's root is the last.
func (c *collection) find(key string) (at value) {
	deepest := 0
	for _, root := range c.roots {
		n, depth := root.node.find(strings.Split(key, "."))
		if depth >= deepest {
			at, deepest = value{root.doc, n, nil}, depth
		}
	}
	return at
}

// find goes down by the fields of that name as far as there are any, and says how
// far that was.
func (n *node) find(path []string) (_ *node, depth int) {
	for _, name := range path {
		below := n.fields[name]
		if below == nil {
			break
		}
		n, depth = below, depth+1
	}
	return n, depth
}
