package conf

import "strings"

// scanString skips the string that starts here, of any of the four kinds. In a
// basic string, a backslash takes the next byte's meaning away.
func (s *scanner) scanString() {
	quote := s.text[s.at : s.at+1]
	if long := strings.Repeat(quote, 3); strings.HasPrefix(s.rest(), long) {
		s.at += 3
		s.skipString(quote, long)
		// Up to two quotes may stand right before the closing three.
		for range 2 {
			if strings.HasPrefix(s.rest(), quote) {
				s.at++
			}
		}
		return
	}
	s.at++
	s.skipString(quote, quote)
}

func (s *scanner) skipString(quote, end string) {
	for s.at < len(s.text) && !strings.HasPrefix(s.rest(), end) {
		if s.text[s.at] == '\\' && quote == `"` {
			s.at++
		}
		s.at++
	}
	s.at = min(s.at+len(end), len(s.text))
}
