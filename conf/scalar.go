package conf

import (
	"slices"
	"strings"
	"time"
)

// text returns a string's value; not ok, and a fault noted, if it is none.
func (v value) text() (s string, ok bool) {
	if v.probed(textKind) != nil {
		return "", false
	}
	if s, ok = v.data.(string); !ok {
		v.want("text in quotes")
	}
	return s, ok
}

// word is text that must be one of words.
func (v value) word(words ...string) (s string, ok bool) {
	if p := v.probed(textKind); p != nil {
		p.words = slices.Clone(words)
		return "", false
	}
	if s, ok = v.text(); !ok {
		return s, false
	}
	for _, w := range words {
		if s == w {
			return s, true
		}
	}
	v.fail("unknown %q; %s", s, choices(s, words))
	return s, false
}

func (v value) setWord(to *string, words ...string) {
	if s, ok := v.word(words...); ok {
		*to = s
	}
}

func (v value) setText(to *string) {
	if s, ok := v.text(); ok {
		*to = s
	}
}

func (v value) setBool(to *bool) {
	if v.probed(boolKind) != nil {
		return
	}
	b, ok := v.data.(bool)
	if !ok {
		v.want("true or false")
		return
	}
	*to = b
}

// setInt is a whole number from least to most.
func (v value) setInt(to *int, least, most int) {
	if s := v.probed(numberKind); s != nil {
		s.least, s.most = least, most
		return
	}
	n, ok := v.data.(int64)
	switch {
	case !ok:
		v.want("a whole number")
	case n < int64(least) || n > int64(most):
		v.fail("%d is not between %d and %d", n, least, most)
	default:
		*to = int(n)
	}
}

func (v value) setDuration(to *time.Duration, least, most time.Duration) {
	if v.probed(durationKind) != nil {
		return
	}
	s, ok := v.data.(string)
	d, err := time.ParseDuration(s)
	switch {
	case !ok:
		v.want(`a duration such as "30s" or "2h4m"`)
	case err != nil:
		v.fail(`%q is not a duration such as "30s" or "2h4m"`, s)
	case d < least || d > most:
		v.fail("%v is not between %v and %v", d, least, most)
	default:
		*to = d
	}
}

// setMoment reads a date with its time and its offset from UTC: what it means
// must not depend on the machine.
func (v value) setMoment(to *time.Time) {
	if v.probed(momentKind) != nil {
		return
	}
	t, ok := v.data.(time.Time)
	switch {
	case !ok:
		v.want("a date with its time and offset, such as 2026-12-31T18:00:00+01:00")
	case strings.HasSuffix(t.Location().String(), "-local"): // as the library marks them
		v.fail("say where this is: with the time and the offset from UTC, such as 2026-12-31T18:00:00+01:00 or 2026-12-31T17:00:00Z")
	default:
		*to = t.UTC()
	}
}
