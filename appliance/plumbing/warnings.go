package plumbing

import (
	"fmt"
	"slices"
)

// Warnings are what did not stop the plumbing but a person should know.
func (p *Plumbing) Warnings() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.warnings)
}

// warn says the same once.
func (p *Plumbing) warn(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !slices.Contains(p.warnings, text) {
		p.warnings = append(p.warnings, text)
	}
}
