package conf

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/BurntSushi/toml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"sallyport/conf/goldentest"
)

// TestSchemaIsPublished compares the schema beside the documentation.
func TestSchemaIsPublished(t *testing.T) {
	goldentest.Compare(t, "../docs/sallyport.schema.json", string(Schema()))
}

// TestSchemaDescribesEveryKey holds descriptions to the keys that are read: none
// without, and none of what there is not. A new key fails it until it is in
// describe.go.
func TestSchemaDescribesEveryKey(t *testing.T) {
	used := map[string]bool{}
	var walk func(s *shape, path string)
	walk = func(s *shape, path string) {
		if s.kind == unknown {
			t.Errorf("%s: nothing reads it", path)
		}
		if path != "" && description(path) == "" {
			t.Errorf("%s has no description", path)
		}
		used[path] = true
		for key, f := range s.fields {
			walk(f, join(path, key))
		}
		if s.rest != nil {
			walk(s.rest, join(path, anyKey))
		}
		if s.items != nil {
			for key, f := range s.items.fields {
				walk(f, join(path, key))
			}
		}
	}
	walk(shapeOf(func(v value) { empty().readFiles([]value{v}) }), "")
	for path := range descriptions {
		if !used[path] {
			t.Errorf("%s is described, and nothing reads it", path)
		}
	}
}

func parsed(t *testing.T) any {
	t.Helper()
	schema, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func compiledSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("sallyport.json", parsed(t)); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("sallyport.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// TestSchemaTakesGoodFiles: what is right is never marked in an editor, and what
// a schema can see is.
func TestSchemaTakesGoodFiles(t *testing.T) {
	schema := compiledSchema(t)
	for _, pattern := range []string{"testdata/good/*.toml", "testdata/good/*/*.toml", "testdata/lint/*.toml"} {
		for _, path := range files(t, pattern, 3) {
			if err := schema.Validate(asJSON(t, path)); err != nil {
				t.Errorf("%s: %v", path, err)
			}
		}
	}
	for _, name := range []string{
		"near", "unknown-key", "wrong-type", "numbers", "limit", "inline", "rule", "profile", "section-kinds", "schedule", "nat", "not-yet",
	} {
		if err := schema.Validate(asJSON(t, "testdata/bad/"+name+".toml")); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

// asJSON is a file as an editor's schema sees it: dates are texts.
func asJSON(t *testing.T, path string) any {
	t.Helper()
	text, err := os.ReadFile(filepath.Clean(path))
	if err != nil {
		t.Fatal(err)
	}
	var data map[string]any
	if _, err := toml.Decode(strings.TrimPrefix(string(text), byteOrderMark), &data); err != nil {
		t.Fatal(path, err)
	}
	return plain(data)
}

func plain(data any) any {
	switch d := data.(type) {
	case map[string]any:
		out := map[string]any{}
		for key, v := range d {
			out[key] = plain(v)
		}
		return out
	case []map[string]any:
		var out = []any{}
		for _, v := range d {
			out = append(out, plain(v))
		}
		return out
	case []any:
		var out = []any{}
		for _, v := range d {
			out = append(out, plain(v))
		}
		return out
	case time.Time:
		return d.Format(time.RFC3339)
	}
	return data
}
