package state

// chain is a list of records that are threaded by links of their own, so that
// any of them can be taken out at once. The zero chain is empty.
type chain struct{ first, last ref }

// links is a record's place in a chain.
type links struct{ before, after ref }

// linked finds the links of a record.
type linked interface{ links(ref) *links }

// append makes r the last of c.
func (c *chain) append(of linked, r ref) {
	*of.links(r) = links{before: c.last}
	if c.last == 0 {
		c.first = r
	} else {
		of.links(c.last).after = r
	}
	c.last = r
}

// remove takes r, which is in c, out of it.
func (c *chain) remove(of linked, r ref) {
	at := *of.links(r)
	if at.before == 0 {
		c.first = at.after
	} else {
		of.links(at.before).after = at.after
	}
	if at.after == 0 {
		c.last = at.before
	} else {
		of.links(at.after).before = at.before
	}
}
