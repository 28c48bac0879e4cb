package policy

import "slices"

// shared remembers what lists were compiled to, so that equal ones, of which a
// rule set has many, are compiled once and share the memory.
type shared[T comparable, C any] struct{ known map[gist[T]][]pair[T, C] }

// gist is what lists are told apart by at first.
type gist[T comparable] struct {
	length              int
	first, middle, last T
}

type pair[T comparable, C any] struct {
	list     []T
	compiled C
}

// maxAlike bounds the search among lists of the same gist.
const maxAlike = 4

// of returns what compile makes of the list.
func (s *shared[T, C]) of(list []T, compile func([]T) (C, error)) (C, error) {
	g := gist[T]{length: len(list)}
	if n := len(list); n > 0 {
		g.first, g.middle, g.last = list[0], list[n/2], list[n-1]
	}
	alike := s.known[g]
	for _, p := range alike {
		if slices.Equal(p.list, list) {
			return p.compiled, nil
		}
	}
	c, err := compile(list)
	if err == nil && len(alike) < maxAlike {
		if s.known == nil {
			s.known = map[gist[T]][]pair[T, C]{}
		}
		s.known[g] = append(alike, pair[T, C]{list, c})
	}
	return c, err
}
