package diff

import (
	"maps"
	"reflect"

	"sallyport/appliance/control"
)

// named compares lists of tables that have names and whose order matters.
func named(kind string, was, is []map[string]any) []control.Difference {
	all := removed(kind, was, is)
	before, moved := byName(was), movers(was, is)
	for i, t := range is {
		name := nameOf(t)
		old, there := before[name]
		if !there {
			all = append(all, control.Difference{Kind: kind, Name: name, Change: "added", Is: numbered(t, i)})
			continue
		}
		if a, b := differing(was[old], t), differing(t, was[old]); len(a)+len(b) > 0 {
			all = append(all, control.Difference{Kind: kind, Name: name, Change: "changed", Was: a, Is: b})
		}
		if moved[name] {
			all = append(all, control.Difference{Kind: kind, Name: name, Change: "moved",
				Was: map[string]any{"number": old + 1}, Is: map[string]any{"number": i + 1}})
		}
	}
	return all
}

// removed are the tables of the first list whose names the second does not have.
func removed(kind string, was, is []map[string]any) (all []control.Difference) {
	after := byName(is)
	for i, t := range was {
		if _, stays := after[nameOf(t)]; !stays {
			all = append(all, control.Difference{Kind: kind, Name: nameOf(t), Change: "removed", Was: numbered(t, i)})
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

// differing returns the keys of a table that another does not have, or says
// otherwise, with what the first says.
func differing(t, from map[string]any) map[string]any {
	keys := map[string]any{}
	for key, v := range t {
		if other, there := from[key]; !there || !reflect.DeepEqual(v, other) {
			keys[key] = v
		}
	}
	return keys
}
