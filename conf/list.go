package conf

import (
	"fmt"
	"iter"
)

// list returns the elements of an array; not ok, and a fault noted, if it is
// none, or empty: an empty list would match nothing, and nobody means that.
func (v value) list() (elements []value, ok bool) {
	if s := v.probed(listKind); s != nil {
		return []value{probe(v.doc, s.element())}, true
	}
	items, ok := v.data.([]any)
	switch s, isText := v.data.(string); {
	case isText:
		v.fail("want a list: [%q]", s)
	case !ok:
		v.want("a list in brackets")
	case len(items) == 0:
		v.fail("an empty list matches nothing; leave the key out instead")
	}
	return elementsOf(v, items), len(items) > 0
}

// oneOrMore returns the elements of an array, or what stands there alone.
func (v value) oneOrMore() []value {
	if s := v.probed(listKind); s != nil {
		s.orAlone = true
	} else if _, isList := v.data.([]any); !isList {
		return []value{v}
	}
	elements, _ := v.list()
	return elements
}

// texts are those of a list's elements that are text, with it; a fault is noted of
// each that is not.
func texts(elements []value) iter.Seq2[value, string] {
	return func(yield func(value, string) bool) {
		for _, e := range elements {
			if s, ok := e.text(); ok && !yield(e, s) {
				return
			}
		}
	}
}

// elementsOf are the items of an array or of a [[key]], each with its place; one
// whose place is not known has that of the whole.
func elementsOf[T any](v value, items []T) []value {
	all := make([]value, len(items))
	for i, item := range items {
		at := v.node
		if i < len(at.elements) {
			at = at.elements[i]
		}
		all[i] = value{v.doc, at, item}
	}
	return all
}

// tables returns the tables of a [[key]], and notes a fault if it is none.
func (v value) tables(key string) []value {
	if s := v.probed(listKind); s != nil {
		return []value{probe(v.doc, s.element())}
	}
	switch items := v.data.(type) {
	case []map[string]any:
		return elementsOf(v, items)
	case []any:
		return elementsOf(v, items)
	case map[string]any:
		v.failKey("there can be several: write [[%s]]", key)
	default:
		v.want(fmt.Sprintf("tables, each under [[%s]]", key))
	}
	return nil
}
