package diff

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"

	"sallyport/appliance/control"
)

// Of returns what differs, list by list and then setting by setting.
func Of(was, is map[string]any) (all []control.Difference) {
	first := []string{"rule", "nat", "test"}
	others := slices.DeleteFunc(keysOf(was, is), func(key string) bool { return slices.Contains(first, key) })
	for _, key := range append(first, others...) {
		all = append(all, section(key, was[key], is[key])...)
	}
	return all
}

// section compares what stands under one key of the file.
func section(key string, was, is any) []control.Difference {
	switch key {
	case "rule", "nat":
		return named(key, tables(was), tables(is))
	case "test":
		return nameless(key, tables(was), tables(is))
	case "addresses", "services", "schedules":
		return entries(key, table(was), table(is))
	}
	return settings(key, was, is)
}

func tables(v any) []map[string]any {
	list, _ := v.([]map[string]any)
	return list
}

func table(v any) map[string]any {
	t, _ := v.(map[string]any)
	return t
}

// named compares lists of tables that have names and whose order matters.
func named(kind string, was, is []map[string]any) (all []control.Difference) {
	before, after := byName(was), byName(is)
	for i, t := range was {
		if _, stays := after[nameOf(t)]; !stays {
			all = append(all, control.Difference{Kind: kind, Name: nameOf(t), Change: "removed", Was: numbered(t, i)})
		}
	}
	moved := movers(was, is)
	for i, t := range is {
		name := nameOf(t)
		old, there := before[name]
		if !there {
			all = append(all, control.Difference{Kind: kind, Name: name, Change: "added", Is: numbered(t, i)})
			continue
		}
		if a, b := unlike(was[old], t); len(a)+len(b) > 0 {
			all = append(all, control.Difference{Kind: kind, Name: name, Change: "changed", Was: a, Is: b})
		}
		if moved[name] {
			all = append(all, control.Difference{Kind: kind, Name: name, Change: "moved",
				Was: map[string]any{"number": old + 1}, Is: map[string]any{"number": i + 1}})
		}
	}
	return all
}

func nameOf(t map[string]any) string {
	name, _ := t["name"].(string)
	return name
}

func byName(list []map[string]any) map[string]int {
	places := make(map[string]int, len(list))
	for i, t := range list {
		places[nameOf(t)] = i
	}
	return places
}

// numbered is a table with its place in the list, from 1, and without its name.
func numbered(t map[string]any, i int) map[string]any {
	t = maps.Clone(t)
	delete(t, "name")
	t["number"] = i + 1
	return t
}

// unlike returns the keys of two tables that differ, with what each says.
func unlike(a, b map[string]any) (inA, inB map[string]any) {
	inA, inB = map[string]any{}, map[string]any{}
	for key, v := range a {
		if w, there := b[key]; !there || !reflect.DeepEqual(v, w) {
			inA[key] = v
		}
	}
	for key, w := range b {
		if v, there := a[key]; !there || !reflect.DeepEqual(v, w) {
			inB[key] = w
		}
	}
	return inA, inB
}

// nameless compares lists of tables whose only name is what they say.
func nameless(kind string, was, is []map[string]any) (all []control.Difference) {
	before, after := words(was), words(is)
	for i, t := range was {
		if !slices.Contains(after, before[i]) {
			all = append(all, control.Difference{Kind: kind, Change: "removed", Was: t})
		}
	}
	for i, t := range is {
		if !slices.Contains(before, after[i]) {
			all = append(all, control.Difference{Kind: kind, Change: "added", Is: t})
		}
	}
	return all
}

func words(list []map[string]any) []string {
	out := make([]string, len(list))
	for i, t := range list {
		b, _ := json.Marshal(t) // what TOML holds, JSON can say
		out[i] = string(b)
	}
	return out
}

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

// settings compares key by key, however deep.
func settings(key string, was, is any) (all []control.Difference) {
	a, b := table(was), table(is)
	if a != nil || b != nil {
		for _, k := range keysOf(a, b) {
			all = append(all, settings(key+"."+k, a[k], b[k])...)
		}
		return all
	}
	if reflect.DeepEqual(was, is) {
		return nil
	}
	d := control.Difference{Kind: "setting", Name: key, Change: "changed", Was: map[string]any{"value": was}, Is: map[string]any{"value": is}}
	if was == nil {
		d.Change, d.Was = "added", nil
	}
	if is == nil {
		d.Change, d.Is = "removed", nil
	}
	return []control.Difference{d}
}

func keysOf(a, b map[string]any) []string {
	keys := map[string]bool{}
	for k := range a {
		keys[k] = true
	}
	for k := range b {
		keys[k] = true
	}
	return slices.Sorted(maps.Keys(keys))
}
