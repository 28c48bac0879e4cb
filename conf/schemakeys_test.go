package conf

import (
	"maps"
	"slices"
	"testing"

	"sallyport/state"
)

// TestSchemaHasEveryKey compares the schema with the keys that the source names.
func TestSchemaHasEveryKey(t *testing.T) {
	keys := map[string]bool{}
	collectKeys(parsed(t), keys)
	if len(keys) < 85 {
		t.Fatalf("only %d keys", len(keys))
	}
	words := keyWords(t)
	for _, word := range words {
		if !keys[word] {
			t.Errorf("%s is not in the schema", word)
		}
	}
	for _, word := range words {
		delete(keys, word)
	}
	for timer := range timerDescriptions {
		delete(keys, state.Timer(timer).String())
	}
	if left := slices.Sorted(maps.Keys(keys)); len(left) > 0 {
		t.Errorf("in the schema, and nowhere in the source: %v", left)
	}
}

func collectKeys(schema any, keys map[string]bool) {
	switch s := schema.(type) {
	case map[string]any:
		if fields, ok := s["properties"].(map[string]any); ok {
			for key := range fields {
				keys[key] = true
			}
		}
		for _, sub := range s {
			collectKeys(sub, keys)
		}
	case []any:
		for _, sub := range s {
			collectKeys(sub, keys)
		}
	}
}
