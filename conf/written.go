package conf

import "maps"

// Written returns what files say, as it is written: sections by their keys, and
// lists of tables in their order, those of included files first. Nothing of it is
// checked beyond its being TOML; the error is of type Errors.
func Written(files ...File) (map[string]any, error) {
	c := collect(shelf(files), files[0])
	if faults := c.faults(faultsOf); c.broken && len(faults) > 0 {
		return nil, faults
	}
	all := map[string]any{}
	for _, root := range c.roots {
		table, _ := root.data.(map[string]any)
		for key, v := range table {
			if key != "include" {
				all[key] = joined(all[key], v)
			}
		}
	}
	return all, nil
}

// joined is what two files say under the same key.
func joined(first, second any) any {
	if list, ok := tablesOf(second); ok {
		before, _ := tablesOf(first)
		return append(before, list...)
	}
	if table, ok := second.(map[string]any); ok {
		if before, ok := first.(map[string]any); ok {
			table = maps.Clone(table)
			maps.Copy(table, before)
		}
		return table
	}
	return second
}

// tablesOf returns a list of tables, however it was written.
func tablesOf(v any) (list []map[string]any, ok bool) {
	switch v := v.(type) {
	case []map[string]any:
		return v, true
	case []any:
		for _, e := range v {
			table, ok := e.(map[string]any)
			if !ok {
				return nil, false
			}
			list = append(list, table)
		}
		return list, len(v) > 0
	}
	return nil, false
}
