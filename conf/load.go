package conf

import (
	"os"
	"time"

	"sallyport/netstack"
)

// Load reads the file at path, and those that it includes. The error is of type
// Errors if the files could be read and say something wrong.
func Load(path string) (*Settings, error) { return load(path, time.Time{}) }

// Check is Load that also warns of what rules, translations and lists say in
// vain, or without meaning it.
func Check(path string) (*Settings, error) { return load(path, time.Now()) }

func load(path string, now time.Time) (*Settings, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	s, err := parse(disk{}, File{path, text}, now)
	if err == nil {
		s.File = path
	}
	return s, err
}

// byteOrderMark is what some editors put in front of UTF-8.
const byteOrderMark = "\ufeff"

// Parse reads a file's text; name stands for it in errors, which are of type
// Errors. It finds no file to include.
func Parse(name string, text []byte) (*Settings, error) { return ParseFiles(File{name, text}) }

// ParseFiles reads the first of files, and of the others those that it includes:
// what Settings.Files says again, without the machine's files.
func ParseFiles(files ...File) (*Settings, error) { return parse(shelf(files), files[0], time.Time{}) }

// parse warns of what is said in vain if it is told what time it is.
func parse(from library, f File, now time.Time) (*Settings, error) {
	c := collect(from, f)
	s := empty()
	if !c.broken {
		l := s.readFiles(c.roots)
		if !now.IsZero() && len(c.faults(faultsOf)) == 0 {
			l.lint(s, now)
		}
	}
	if faults := c.faults(faultsOf); len(faults) > 0 {
		return nil, faults
	}
	for _, w := range c.faults(warningsOf) {
		s.Warnings = append(s.Warnings, Warning(w))
	}
	s.Files, s.patterns = c.files, c.patterns
	return s, nil
}

func faultsOf(d *document) Errors   { return d.errs }
func warningsOf(d *document) Errors { return d.warnings }

// readFiles reads what names things before what uses them, whatever files they
// are in.
func (s *Settings) readFiles(roots []value) *linter {
	inside, outside := sideReader{side: &s.Sides[netstack.Inside]}, sideReader{side: &s.Sides[netstack.Outside]}
	var words vocabulary
	l := &linter{root: roots[len(roots)-1], words: &words}
	naming := []field{
		{"include", readIncludes},
		{"inside", once(inside.read)},
		{"outside", once(outside.read)},
		{"tun", once(s.TUN.read)},
		{"addresses", words.addresses.read},
		{"services", words.services.read},
		{"schedules", words.schedules.read},
	}
	using := []field{
		{"state", once(func(v value) { s.readState(v, &words) })},
		{"rule", func(v value) { s.readRules(v, &words, &l.rules) }},
		{"nat", func(v value) { s.readNAT(v, &words, &l.nat) }},
		{"test", func(v value) { s.readTests(v, &words) }},
		{"log", once(s.Log.read)},
		{"control", once(s.Control.read)},
	}
	readAll(roots, naming)
	words.resolve()
	readAll(roots, using)
	for _, r := range roots {
		r.refuseOthers(append(naming, using...), []string{"web", "metrics", "flow_export"})
	}
	checkSides(inside, outside, s.Policy.NAT)
	return l
}

// once refuses a section that another file has already.
func once(read func(value)) func(value) {
	var first *value
	return func(v value) {
		if first != nil {
			v.failKey("there is this section already, in %s", first.seenFrom(v))
			return
		}
		first = &v
		read(v)
	}
}
