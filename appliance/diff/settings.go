package diff

import (
	"reflect"

	"sallyport/appliance/control"
)

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
