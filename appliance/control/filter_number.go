package control

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// number is a term with a comparison; "=" if it is left out.
func number(parse func(string) (int64, bool), field func(*Session, time.Time) int64) termParser {
	return func(p *parser, t token) (matcher, error) {
		sign := "="
		if p.peek().kind == tokenCompare {
			sign = p.take().text
		}
		v, err := p.value(t)
		if err != nil {
			return nil, err
		}
		want, ok := parse(v.text)
		if !ok {
			return nil, v.errorf("%q is no number that %q takes", v.text, t.text)
		}
		holds := comparisons[sign]
		return func(s *Session, now time.Time) bool { return holds(field(s, now), want) }, nil
	}
}

var comparisons = map[string]func(a, b int64) bool{
	"=":  func(a, b int64) bool { return a == b },
	"!=": func(a, b int64) bool { return a != b },
	"<":  func(a, b int64) bool { return a < b },
	"<=": func(a, b int64) bool { return a <= b },
	">":  func(a, b int64) bool { return a > b },
	">=": func(a, b int64) bool { return a >= b },
}

func strconvUint(s string) (int64, bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil && n >= 0
}

// amount reads 1500, 10k, 2M, 1G: powers of a thousand.
func amount(s string) (int64, bool) {
	unit := int64(1)
	if s != "" {
		if i := strings.IndexByte("kmg", s[len(s)-1]|0x20); i >= 0 {
			unit = [...]int64{1e3, 1e6, 1e9}[i]
			s = s[:len(s)-1]
		}
	}
	n, ok := strconvUint(s)
	return n * unit, ok && n <= math.MaxInt64/unit
}

// seconds reads 90, 90s, 1m30s, 2h; the result is in nanoseconds.
func seconds(s string) (int64, bool) {
	if n, ok := strconvUint(s); ok {
		return n * int64(time.Second), n <= math.MaxInt64/int64(time.Second)
	}
	d, err := time.ParseDuration(s)
	return int64(d), err == nil && d >= 0
}
