package conf

// shape is what may stand in a place of a file. Nobody writes it down: a reader
// that is given a value with a shape instead of data tells it what it asks for,
// and reads nothing. So the schema has the keys that are read, and no others.
type shape struct {
	kind        kind
	words       []string // that text may be; nil: any
	least, most int      // of a number
	items       *shape   // of a list
	orAlone     bool     // one of them may stand without brackets
	fields      map[string]*shape
	required    []string
	rest        *shape // of all other keys; nil: there are none
}

type kind uint8

const (
	unknown kind = iota
	textKind
	numberKind
	boolKind
	durationKind
	momentKind
	listKind
	tableKind
)

// shapeOf returns the shape of what read reads.
func shapeOf(read func(value)) *shape {
	s := &shape{}
	read(probe(newDocument("", ""), s))
	return s
}

func probe(d *document, s *shape) value { return value{d, &node{}, s} }

// probed returns the shape to be told, nil if there is data.
func (v value) probed(is kind) *shape {
	s, ok := v.data.(*shape)
	if !ok {
		return nil
	}
	s.kind = is
	return s
}

// isProbe reports whether v has a shape instead of data.
func (v value) isProbe() bool {
	_, ok := v.data.(*shape)
	return ok
}

// element returns the shape of the elements of a list.
func (s *shape) element() *shape {
	if s.items == nil {
		s.items = &shape{}
	}
	return s.items
}

func (s *shape) field(key string) *shape {
	if s.fields == nil {
		s.fields = map[string]*shape{}
	}
	if s.fields[key] == nil {
		s.fields[key] = &shape{}
	}
	return s.fields[key]
}

// anyKey stands for the keys of a table that are names of the file's own.
const anyKey = "*"

// others returns the shape of the fields of a table of names.
func (s *shape) others() *shape {
	if s.rest == nil {
		s.rest = &shape{}
	}
	return s.rest
}
