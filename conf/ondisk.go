package conf

import (
	"bytes"
	"os"
	"slices"
)

// inclusion is a pattern that a file includes others by, and what it stood for.
type inclusion struct {
	pattern string
	names   []string
}

// OnDisk reports whether s.Files are on disk as they were read, and include no
// others there: reading them again would give the same settings.
func (s *Settings) OnDisk() bool {
	for _, f := range s.Files {
		if text, err := os.ReadFile(f.Name); err != nil || !bytes.Equal(text, f.Text) {
			return false
		}
	}
	return !slices.ContainsFunc(s.patterns, func(i inclusion) bool { return !slices.Equal(disk{}.match(i.pattern), i.names) })
}
