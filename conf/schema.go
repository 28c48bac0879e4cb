package conf

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"

	"sallyport/netstack"
)

// Schema returns the JSON schema of a file, draft 2020-12, for editors: which
// keys there are, what may stand there, and what it means. A file that the
// schema takes may still have faults, which only reading it tells.
func Schema() []byte {
	root := shapeOf(func(v value) { empty().readFiles([]value{v}) })
	s := root.schema("")
	s["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	s["title"] = "Sallyport"
	s["description"] = "The configuration of a firewall between two networks, as `sallyport check` reads it"
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(s); err != nil {
		panic(err) // of texts, numbers, lists and tables of them
	}
	return b.Bytes()
}

// schema is what the shape of the path is as a JSON schema.
func (s *shape) schema(path string) map[string]any {
	out := s.form(path)
	if text := description(path); text != "" {
		out["description"] = text
	}
	return out
}

func (s *shape) form(path string) map[string]any {
	switch s.kind {
	case numberKind:
		return map[string]any{"type": "integer", "minimum": s.least, "maximum": s.most}
	case boolKind:
		return map[string]any{"type": "boolean"}
	case durationKind:
		return map[string]any{"type": "string", "pattern": `^([0-9.]+(ns|us|µs|ms|s|m|h))+$`, "examples": []string{"30s", "5m", "2h4m"}}
	case momentKind:
		return map[string]any{"type": "string", "format": "date-time"}
	case listKind:
		return s.list(path)
	case tableKind:
		return s.table(path)
	}
	return s.text(path)
}

// text offers the words that a place may have, and where others may stand too
// those that are known anyway.
func (s *shape) text(path string) map[string]any {
	switch known := knownWords[path]; {
	case s.words != nil:
		return map[string]any{"enum": s.words}
	case known != nil:
		return map[string]any{"anyOf": []any{map[string]any{"enum": known()}, map[string]any{"type": "string"}}}
	}
	return map[string]any{"type": "string"}
}

func (s *shape) list(path string) map[string]any {
	item := s.items.form(path)
	list := map[string]any{"type": "array", "items": item, "minItems": 1}
	if s.items.kind == tableKind {
		delete(list, "minItems")
	}
	if s.orAlone {
		return map[string]any{"anyOf": []any{item, list}}
	}
	return list
}

func (s *shape) table(path string) map[string]any {
	fields := map[string]any{}
	for key, f := range s.fields {
		fields[key] = f.schema(join(path, key))
	}
	out := map[string]any{"type": "object", "properties": fields, "additionalProperties": false}
	if s.rest != nil {
		out["additionalProperties"] = s.rest.schema(join(path, anyKey))
		delete(out, "properties")
	}
	if len(s.required) > 0 {
		out["required"] = s.required
	}
	return out
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// knownWords are words that have a meaning where any text may stand.
var knownWords = map[string]func() []string{
	"rule.service":     serviceWords,
	"nat.service":      serviceWords,
	"services.*":       serviceWords,
	"state.fastmode":   serviceWords,
	"rule.source":      func() []string { return []string{anyWord, selfWord} },
	"rule.destination": func() []string { return []string{anyWord, selfWord} },
	"nat.source":       func() []string { return []string{anyWord, selfWord} },
	"nat.destination":  func() []string { return []string{anyWord, selfWord} },
	"addresses.*":      func() []string { return []string{anyWord, selfWord} },
}

// serviceWords are the services that every file may name, and the types of ICMP.
func serviceWords() []string {
	words := append(builtinNames(), protocolNames()...)
	for _, proto := range []netstack.Protocol{netstack.ICMP, netstack.ICMPv6} {
		for _, name := range slices.Sorted(maps.Keys(icmpTypes[proto])) {
			words = append(words, proto.String()+"/"+name)
		}
	}
	return append(words, anyWord)
}
