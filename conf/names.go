package conf

import "slices"

// maxName bounds what logs and tables have to show.
const maxName = 63

func (c *clause) readName(v value) {
	s, ok := v.text()
	switch {
	case !ok:
	case s == "default":
		v.fail("%q is the name of what decides when no rule matches", s)
	case !isClauseName(s):
		v.fail("%q is not a name: want up to %d letters, digits, %q, %q and %q", s, maxName, "-", "_", ".")
	}
	c.name = s
}

func isClauseName(s string) bool {
	for i := range len(s) {
		if !isBare(s[i]) && s[i] != '.' {
			return false
		}
	}
	return s != "" && len(s) <= maxName
}

// named is the names of all rules, or of all translations.
type named struct {
	all   []value // in order
	until []value // of rules: where it is said until when they hold
	first map[string]value
}

// expect makes room for so many more.
func (n *named) expect(more int) {
	n.all, n.until = slices.Grow(n.all, more), slices.Grow(n.until, more)
	if n.first == nil {
		n.first = make(map[string]value, more)
	}
}

// checkName makes sure that there is a name, and that it is the first of its
// kind.
func (c *clause) checkName(v value, kind string, names *named) {
	at := c.places["name"]
	names.all = append(names.all, at)
	if !c.needs(v, "name", "logs, counters and listings go by it") {
		return
	}
	if first, again := names.first[c.name]; again && c.name != "" {
		at.fail("there is a %s %q already, in %s", kind, c.name, first.seenFrom(at))
		return
	}
	names.first[c.name] = at
}
