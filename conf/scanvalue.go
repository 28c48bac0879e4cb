package conf

import "strings"

// scanValue reads the value that starts here into n, and returns it if all is
// plain.
func (s *scanner) scanValue(n *node, depth int) (data any, ok bool) {
	n.value = s.at
	switch {
	case s.at >= len(s.text):
		return nil, false
	case s.text[s.at] == '[':
		data, ok = s.array(n, depth+1)
	case s.text[s.at] == '{':
		data, ok = s.inlineTable(n, depth+1)
	default:
		ok = s.skipScalar()
	}
	n.valueEnd = n.value + len(strings.TrimRight(s.text[n.value:s.at], " \t"))
	if data == nil && ok && s.plain {
		data, s.plain = scalar(s.text[n.value:n.valueEnd])
	}
	return data, ok
}

// skipScalar skips a value without others in it.
func (s *scanner) skipScalar() bool {
	if c := s.text[s.at]; c == '"' || c == '\'' {
		s.scanString()
		return true
	}
	start := s.at
	s.skipUntil(",]}#\r\n")
	return s.at > start
}

// enter goes into a bracket, unless that is too deep.
func (s *scanner) enter(depth int) bool {
	if depth > maxDepth {
		s.deep = s.at
		return false
	}
	s.at++
	return true
}

// array reads an array into n.
func (s *scanner) array(n *node, depth int) (any, bool) {
	if !s.enter(depth) {
		return nil, false
	}
	list, comma := make([]any, 0, 2), true // it is not missing
	n.elements = make([]*node, 0, 2)
	for {
		s.skipSpace()
		switch {
		case s.eat("]"):
			return list, true
		case s.eat(","):
			s.trust(!comma)
			comma = true
			continue
		}
		s.trust(comma)
		comma = false
		element := s.newNode(s.at)
		n.elements = append(n.elements, element)
		data, ok := s.scanValue(element, depth)
		if !ok {
			return nil, false
		}
		element.keyEnd = element.valueEnd
		list = append(list, data)
	}
}

// inlineTable reads an inline table into n.
func (s *scanner) inlineTable(n *node, depth int) (any, bool) {
	if !s.enter(depth) {
		return nil, false
	}
	table, after := map[string]any{}, byte('{')
	for {
		from := s.at
		s.skipSpace()
		s.trust(!strings.ContainsAny(s.text[from:s.at], "#\n"))
		switch {
		case s.eat("}"):
			s.trust(after != ',')
			return table, true
		case s.eat(","):
			s.trust(after == '=')
			after = ','
		default:
			s.trust(after != '=')
			after = '='
			if !s.pair(n, table, depth) {
				return nil, false
			}
		}
	}
}
