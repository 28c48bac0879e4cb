package conf

import "slices"

// distinct is a list without repetition, so that lists of lists of lists cannot
// multiply.
type distinct[T comparable] struct {
	items []T
	seen  map[T]bool // nil while there are few
}

// fewItems is how many items are compared one by one: most lists have one or
// two.
const fewItems = 16

// add takes items that are distinct among themselves. They may be shared, and
// the first are kept as they are: a thousand rules can name one long list.
func (d *distinct[T]) add(items ...T) {
	if len(d.items) == 0 {
		d.items = slices.Clip(items)
		return
	}
	for _, item := range items {
		if !d.has(item) {
			d.items = append(d.items, item)
			if d.seen != nil {
				d.seen[item] = true
			}
		}
	}
}

func (d *distinct[T]) has(item T) bool {
	if len(d.items) <= fewItems {
		return slices.Contains(d.items, item)
	}
	if d.seen == nil {
		d.seen = make(map[T]bool, 2*len(d.items))
		for _, item := range d.items {
			d.seen[item] = true
		}
	}
	return d.seen[item]
}
