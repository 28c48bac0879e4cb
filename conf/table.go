package conf

import (
	"cmp"
	"maps"
	"slices"
)

// field is a key that a table may have, and what reads it.
type field struct {
	key  string
	read func(value)
}

// read reads a table's fields in the order of fields, and reports whether it is
// a table. Keys that it must not have are noted: those of later, which this
// version cannot do, and those that nobody knows.
func (v value) read(fields []field, later ...string) bool {
	if v.isProbe() {
		readAll([]value{v}, fields)
		return true
	}
	_, ok := v.data.(map[string]any)
	if !ok {
		v.want("a table")
		return false
	}
	readAll([]value{v}, fields)
	v.refuseOthers(fields, later)
	return true
}

// readAll reads each field of all tables before the next field of any.
func readAll(tables []value, fields []field) {
	for _, f := range fields {
		for _, v := range tables {
			if s := v.probed(tableKind); s != nil {
				f.read(probe(v.doc, s.field(f.key)))
			} else if d, ok := v.data.(map[string]any)[f.key]; ok {
				f.read(v.field(f.key, d))
			}
		}
	}
}

// refuseOthers notes the keys of a table that are none of fields.
func (v value) refuseOthers(fields []field, later []string) {
	data, _ := v.data.(map[string]any)
	left := len(data)
	for _, f := range fields {
		if _, ok := data[f.key]; ok {
			left--
		}
	}
	if left == 0 {
		return
	}
	known := slices.Clone(later)
	for _, f := range fields {
		known = append(known, f.key)
	}
	for _, key := range slices.Sorted(maps.Keys(data)) {
		switch at := v.field(key, data[key]); {
		case slices.Contains(later, key):
			at.failKey("%s is not supported by this version", key)
		case !slices.Contains(known, key):
			at.failKey("unknown key %q%s", key, didYouMean(key, known))
		}
	}
}

// needs notes a key that a table must have.
func (v value) needs(key, why string) bool {
	if s := v.probed(tableKind); s != nil {
		s.required = append(s.required, key)
		return false
	}
	if v.has(key) {
		return true
	}
	v.failKey("%s is missing: %s", key, why)
	return false
}

// has reports whether a table has the key.
func (v value) has(key string) bool {
	data, _ := v.data.(map[string]any)
	_, ok := data[key]
	return ok
}

// field returns a table's field, at the table's place if its own is unknown.
func (v value) field(key string, data any) value {
	at := v.node.fields[key]
	if at == nil {
		at = v.node
	}
	return value{v.doc, at, data}
}

// entries returns a table's fields in the order of the file, and notes a fault
// if it is no table.
func (v value) entries() (names []string, values map[string]value) {
	if s := v.probed(tableKind); s != nil {
		return []string{anyKey}, map[string]value{anyKey: probe(v.doc, s.others())}
	}
	data, ok := v.data.(map[string]any)
	if !ok {
		v.want("a table")
		return nil, nil
	}
	values = map[string]value{}
	for key, d := range data {
		values[key] = v.field(key, d)
	}
	names = slices.SortedFunc(maps.Keys(data), func(a, b string) int {
		return cmp.Or(values[a].node.key-values[b].node.key, cmp.Compare(a, b))
	})
	return names, values
}
