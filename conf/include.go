package conf

import (
	"path/filepath"
	"slices"
	"strings"
)

const (
	maxFiles   = 1000 // of one configuration
	maxInclude = 16   // how deep files may include files
)

// collection is the files of a configuration, the included ones among them.
type collection struct {
	from      library
	files     []File // in the order in which they were come by
	documents []*document
	roots     []value // in the order in which they count: what a file includes, and then the file
	path      []string
	patterns  []inclusion
	size      int
	included  map[string]value // by name: where
	broken    bool             // something could not be read, so that names may be missing
}

func collect(from library, f File) *collection {
	c := &collection{from: from, included: map[string]value{}}
	c.add(f)
	return c
}

// add reads a file and what it includes.
func (c *collection) add(f File) {
	c.files = append(c.files, f)
	c.size += len(f.Text)
	d := newDocument(f.Name, strings.TrimPrefix(string(f.Text), byteOrderMark))
	c.documents = append(c.documents, d)
	if c.size > maxText {
		d.fail(0, "larger than %d MiB%s", maxText>>20, map[bool]string{true: ", with the files before it"}[len(c.files) > 1])
		c.broken = true
		return
	}
	root, ok := d.parse()
	if !ok {
		c.broken = true
		return
	}
	c.path = append(c.path, f.Name)
	for _, pattern := range includes(root) {
		c.include(f.Name, pattern)
	}
	c.path = c.path[:len(c.path)-1]
	c.roots = append(c.roots, root)
}

// includes returns what a file includes, without a word about what is no text:
// readIncludes has it.
func includes(root value) (patterns []value) {
	table, _ := root.data.(map[string]any)
	list, _ := table["include"].([]any)
	for _, e := range elementsOf(root.field("include", list), list) {
		if _, ok := e.data.(string); ok {
			patterns = append(patterns, e)
		}
	}
	return patterns
}

// readIncludes tells what is wrong with how a list is written.
func readIncludes(v value) {
	elements, _ := v.list()
	for _, e := range elements {
		e.text()
	}
}

// literally makes a pattern of a name that has the signs of one.
var literally = strings.NewReplacer(`*`, `\*`, `?`, `\?`, `[`, `\[`, `\`, `\\`)

// include adds the files that a pattern in the file by stands for.
func (c *collection) include(by string, at value) {
	pattern := at.data.(string)
	path := filepath.Clean(pattern) // as names are when a pattern is matched
	wild := strings.ContainsAny(pattern, `*?[\`)
	if dir := filepath.Dir(by); !filepath.IsAbs(path) && wild {
		path = filepath.Join(literally.Replace(dir), path)
	} else if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	names := []string{path}
	if wild {
		names = c.from.match(path)
		c.patterns = append(c.patterns, inclusion{path, names})
	}
	switch _, err := filepath.Match(path, ""); {
	case pattern == "", strings.ContainsRune(pattern, 0):
		c.refuse(at, "%q is not the name of a file", pattern)
		return
	case wild && err != nil:
		c.refuse(at, "%q is not a pattern: a bracket or a backslash has no end", pattern)
		return
	case len(names) == 0 && !strings.ContainsAny(filepath.Dir(path), `*?[\`) && !c.from.holds(filepath.Dir(path)):
		c.refuse(at, "there is no directory %s", filepath.Dir(path))
		return
	case len(names) == 0:
		at.warn("no file matches %s", path)
	}
	for _, name := range names {
		c.open(name, at)
	}
}

// open adds the file of that name, which at asks for.
func (c *collection) open(name string, at value) {
	if slices.Contains(c.path, name) {
		c.refuse(at, "%s includes itself: %s", name, strings.Join(append(slices.Clone(c.path[slices.Index(c.path, name):]), name), " -> "))
		return
	}
	if first, again := c.included[name]; again {
		c.refuse(at, "%s is included already, in %s", name, first.seenFrom(at))
		return
	}
	if len(c.files) >= maxFiles || len(c.path) >= maxInclude {
		c.refuse(at, "more than %d files, or files in files more than %d deep", maxFiles, maxInclude)
		return
	}
	text, err := c.from.read(name)
	if err != nil {
		c.refuse(at, "%s: %s", name, why(err))
		return
	}
	c.included[name] = at
	c.add(File{name, text})
}

func (c *collection) refuse(at value, format string, args ...any) {
	c.broken = true
	at.fail(format, args...)
}

// faults returns the faults of all files, or their warnings, file by file.
func (c *collection) faults(of func(*document) Errors) (all Errors) {
	for _, d := range c.documents {
		all = append(all, of(d).sorted()...)
	}
	return all
}
