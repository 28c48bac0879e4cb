package diff

import (
	"encoding/json"
	"maps"
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

func keysOf(a, b map[string]any) []string {
	keys := map[string]any{}
	maps.Copy(keys, a)
	maps.Copy(keys, b)
	return slices.Sorted(maps.Keys(keys))
}
