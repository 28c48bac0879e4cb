package draw

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"sallyport/integration/bench/result"
)

// A page has the figures between these marks, and words outside them:
//
//	<!-- figures: FILE PART -->
//	(drawn)
//	<!-- end -->
var marked = regexp.MustCompile(`(?s)<!-- figures: (\S+) (\S+) -->\n.*?<!-- end -->`)

// Docs draws every plot, and fills the marked places of benchmarks.md, in a
// directory that has the results in its directory benchmarks.
func Docs(dir string) error {
	page := filepath.Join(dir, "benchmarks.md")
	text, err := os.ReadFile(page)
	if err != nil {
		return err
	}
	filled, err := Fill(string(text), filepath.Join(dir, "benchmarks"))
	if err != nil {
		return err
	}
	if err := plots(filepath.Join(dir, "benchmarks")); err != nil {
		return err
	}
	return os.WriteFile(page, []byte(filled), 0o644)
}

// Fill returns the page with its marked places filled from the results in a
// directory.
func Fill(page, dir string) (filled string, err error) {
	filled = marked.ReplaceAllStringFunc(page, func(place string) string {
		m := marked.FindStringSubmatch(place)
		r, e := load(dir, m[1])
		if e != nil {
			err = e
			return place
		}
		return fmt.Sprintf("<!-- figures: %s %s -->\n%s<!-- end -->", m[1], m[2], drawn(r, m[2]))
	})
	return filled, err
}

// load returns a run without figures where there is no file yet.
func load(dir, name string) (*result.Run, error) {
	r, err := result.Load(filepath.Join(dir, name+".json"))
	if os.IsNotExist(err) {
		return new(result.Run), nil
	}
	return r, err
}

func drawn(r *result.Run, what string) string {
	b := new(strings.Builder)
	switch what {
	case "machine":
		machine(b, r)
	case "missing":
		missing(b, r)
	default:
		table(b, r, what)
		if p, ok := plotOf[what]; ok && len(r.Names(what)) > 0 {
			fmt.Fprintf(b, "\n![%s](benchmarks/%s.svg)\n", p.title, what)
		}
	}
	return b.String()
}
