package explain

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"sallyport/netstack"
)

// Assumptions are what Offline had to make up.
type Assumptions struct {
	Private bool         // private addresses stand for what lives inside
	Own     []netip.Addr // stand for the box's own addresses
}

// Words says it, a sentence each.
func (a *Assumptions) Words() (words []string) {
	if a.Private {
		words = append(words, "the file does not say what lives inside: private addresses stand for it")
	}
	for _, own := range a.Own {
		words = append(words, fmt.Sprintf("the file does not say what addresses the box has: %v stands for one", own))
	}
	return words
}

// about are those of the Words that a message about a packet, which was refused
// for this reason if it was, is not to be read without.
func (a *Assumptions) about(message string, r netstack.Reason) (words string) {
	matter := Assumptions{Private: a.Private && (r == netstack.Spoofed || r == netstack.NoRoute), Own: a.ownIn(message)}
	for _, w := range matter.Words() {
		words += " (" + w + ")"
	}
	return words
}

// ownIn are those addresses of the box that were made up and that a text has.
func (a *Assumptions) ownIn(text string) []netip.Addr {
	isElsewhere := func(own netip.Addr) bool { return !strings.Contains(text, own.String()) }
	return slices.DeleteFunc(slices.Clone(a.Own), isElsewhere)
}
