package policy

import "sallyport/netstack"

// cuts divide the numbers into pieces. Piece i starts at starts[i], the first
// at 0; the same rows want all of it, the i-th root's.
type cuts struct {
	starts []uint32
	roots
}

// roots are roots of the same number of pages each, one after the other.
type roots struct {
	pages int
	all   []uint32
}

func (r *roots) add(root []uint32) { r.pages, r.all = len(root), append(r.all, root...) }

func (r *roots) at(i int) []uint32 { return r.all[i*r.pages : (i+1)*r.pages] }

// root returns who wants x. The loop has no branch to mispredict.
func (c *cuts) root(x uint32) []uint32 {
	at := 0
	for n := len(c.starts); n > 1; {
		half := n >> 1
		if c.starts[at+half] <= x {
			at += half
		}
		n -= half
	}
	return c.at(at)
}

func (c *cuts) add(start uint32, root []uint32) {
	c.starts = append(c.starts, start)
	c.roots.add(root)
}

// addNumber is told of the pieces of an axis of numbers.
func (c *cuts) addNumber(start netstack.Addr, root []uint32) { c.add(uint32(start.Lo), root) }

// wideCuts are cuts of the IPv6 addresses.
type wideCuts struct {
	starts []netstack.Addr
	roots
}

func (c *wideCuts) root(a netstack.Addr) []uint32 {
	at := 0
	for n := len(c.starts); n > 1; {
		half := n >> 1
		if !less(a, c.starts[at+half]) {
			at += half
		}
		n -= half
	}
	return c.at(at)
}

func (c *wideCuts) add(start netstack.Addr, root []uint32) {
	c.starts = append(c.starts, start)
	c.roots.add(root)
}

// addrCuts keep IPv4 apart, whose numbers are a quarter as wide.
type addrCuts struct {
	v4 cuts
	v6 wideCuts
}

func (c *addrCuts) root(a netstack.Addr) []uint32 {
	if a.Is4() {
		return c.v4.root(uint32(a.Lo))
	}
	return c.v6.root(a)
}

// add is told of the pieces of an axis that is cut at both ends of IPv4.
func (c *addrCuts) add(start netstack.Addr, root []uint32) {
	if start.Is4() {
		c.v4.addNumber(start, root)
	} else {
		c.v6.add(start, root)
	}
}
