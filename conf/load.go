package conf

import (
	"os"
	"strings"

	"sallyport/netstack"
)

// Load reads the file at path. The error is of type Errors if the file could be
// read and says something wrong.
func Load(path string) (*Settings, error) { return load(path, false) }

// Check is Load that also warns of what rules, translations and lists say in
// vain, or without meaning it.
func Check(path string) (*Settings, error) { return load(path, true) }

func load(path string, lint bool) (*Settings, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	s, err := parse(path, text, lint)
	if err == nil {
		s.File = path
	}
	return s, err
}

// byteOrderMark is what some editors put in front of UTF-8.
const byteOrderMark = "\ufeff"

// Parse reads a file's text; name stands for it in errors, which are of type
// Errors.
func Parse(name string, text []byte) (*Settings, error) { return parse(name, text, false) }

func parse(name string, text []byte, lint bool) (*Settings, error) {
	d := newDocument(name, strings.TrimPrefix(string(text), byteOrderMark))
	s := empty()
	if root, ok := d.parse(); ok {
		l := s.readFile(root)
		if lint && len(d.errs) == 0 {
			l.lint(s)
		}
	}
	if len(d.errs) > 0 {
		return nil, d.errs.sorted()
	}
	s.Warnings = d.warned()
	return s, nil
}

// readFile reads what names things before what uses them.
func (s *Settings) readFile(root value) *linter {
	inside, outside := sideReader{side: &s.Sides[netstack.Inside]}, sideReader{side: &s.Sides[netstack.Outside]}
	var words vocabulary
	l := &linter{root: root, words: &words}
	root.read([]field{
		{"inside", inside.read},
		{"outside", outside.read},
		{"tun", s.TUN.read},
		{"addresses", words.addresses.read},
		{"services", words.services.read},
		{"state", func(v value) { s.readState(v, &words) }},
		{"rule", func(v value) { l.rules = s.readRules(v, &words) }},
		{"nat", func(v value) { l.nat = s.readNAT(v, &words) }},
		{"log", s.Log.read},
		{"control", s.Control.read},
	}, "include", "test", "schedules", "web", "metrics", "flow_export")
	checkSides(inside, outside)
	return l
}
