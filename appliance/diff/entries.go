package diff

import (
	"reflect"
	"slices"

	"sallyport/appliance/control"
)

// entries compares named lists: of one that changed, what only one of them has.
func entries(kind string, was, is map[string]any) (all []control.Difference) {
	for _, name := range keysOf(was, is) {
		a, before := was[name]
		b, after := is[name]
		d := control.Difference{Kind: kind, Name: name, Was: map[string]any{}, Is: map[string]any{}}
		switch {
		case !after:
			d.Change, d.Was["entries"] = "removed", a
		case !before:
			d.Change, d.Is["entries"] = "added", b
		case reflect.DeepEqual(a, b):
			continue
		default:
			d.Change, d.Was["entries"], d.Is["entries"] = "changed", less(a, b), less(b, a)
		}
		all = append(all, d)
	}
	return all
}

// less returns what of a list is not in another; all of what is no list.
func less(a, b any) any {
	list, ok := a.([]any)
	other, okToo := b.([]any)
	if !ok || !okToo {
		return a
	}
	out := []any{}
	for _, v := range list {
		if !slices.ContainsFunc(other, func(w any) bool { return reflect.DeepEqual(v, w) }) {
			out = append(out, v)
		}
	}
	return out
}
