package netstack

import (
	"reflect"
	"testing"
)

// TestFlowKeyIs holds Is against ==, of keys that differ in any one field.
func TestFlowKeyIs(t *testing.T) {
	k := FlowKey{Addr{1, 2}, Addr{3, 4}, 5, 6, TCP, Outside}
	if same := k; !k.Is(&same) {
		t.Error("a key is not itself")
	}
	differ := func(name string, field func(*FlowKey) reflect.Value) {
		o := k
		v := field(&o)
		v.SetUint(v.Uint() ^ 1)
		if o == k || k.Is(&o) || o.Is(&k) {
			t.Errorf("%v is %v, although they differ in %s", k, o, name)
		}
	}
	for i := range reflect.TypeFor[FlowKey]().NumField() {
		name := reflect.TypeFor[FlowKey]().Field(i).Name
		field := func(k *FlowKey) reflect.Value { return reflect.ValueOf(k).Elem().Field(i) }
		if field(&k).Kind() != reflect.Struct {
			differ(name, field)
			continue
		}
		for half := range field(&k).NumField() {
			differ(name, func(k *FlowKey) reflect.Value { return field(k).Field(half) })
		}
	}
}
