package conf

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// What an excerpt shows of a long line: so much before what is at fault, and so
// much in all.
const (
	maxBefore  = 60
	maxExcerpt = 100
)

// Excerpt returns the line of the file and under it a mark of what is at fault:
//
//	12 | service = ["htps"]
//	   |            ^^^^^^
//
// Columns are characters here, and control characters are shown as blanks.
func (e Error) Excerpt() string {
	if e.Line == 0 {
		return ""
	}
	at := min(e.Column-1, len(e.text))
	before, rest := runes(e.text[:at]), runes(e.text[at:])
	marked := utf8.RuneCountInString(e.text[at : at+max(0, min(e.width, len(e.text)-at))])
	if len(before) > maxBefore && len(before)+len(rest) > maxExcerpt {
		before = append([]rune("..."), before[len(before)-maxBefore+3:]...)
	}
	if room := maxExcerpt - len(before); len(rest) > room {
		rest = append(rest[:room-3:room-3], []rune("...")...)
	}
	marked = max(1, min(marked, len(rest)))
	line := fmt.Sprint(e.Line)
	return fmt.Sprintf("%5s | %s\n%5s | %s%s\n", line, strings.TrimRight(string(before)+string(rest), " "),
		"", strings.Repeat(" ", len(before)), strings.Repeat("^", marked))
}

func runes(s string) []rune { return []rune(strings.Map(blank, s)) }

// blank keeps what would move a terminal's cursor out of excerpts.
func blank(r rune) rune {
	if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r >= 0x200b && r <= 0x200f || r >= 0x2028 && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
		return ' '
	}
	return r
}
