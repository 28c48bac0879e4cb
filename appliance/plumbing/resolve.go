package plumbing

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"sallyport/netstack"
)

// Resolve finds a side's interface by its name, or by a prefix that one of its
// addresses lies in ("172.30.1.0/24"): in a container nobody knows which leg is
// eth0. The error lists what there is to choose from.
func Resolve(interfaceOrPrefix string) (Link, error) {
	links, err := allLinks()
	if err != nil {
		return Link{}, err
	}
	found := slices.DeleteFunc(slices.Clone(links), func(l Link) bool { return !l.isCalled(interfaceOrPrefix) })
	if len(found) == 1 {
		err := found[0].readRoutes()
		return found[0], err
	}
	return Link{}, fmt.Errorf("interface %q: %s; %s", interfaceOrPrefix, howMany(found), listed(links))
}

func (l Link) isCalled(word string) bool {
	prefix, err := netip.ParsePrefix(word)
	if err != nil {
		return l.Name == word
	}
	return slices.ContainsFunc(l.Addresses, func(a netip.Prefix) bool { return prefix.Contains(a.Addr()) })
}

func howMany(found []Link) string {
	if len(found) == 0 {
		return "no such interface, and none with an address in it"
	}
	var names []string
	for _, l := range found {
		names = append(names, l.Name)
	}
	return "several interfaces have an address in it (" + strings.Join(names, ", ") + ")"
}

// listed says in words which interfaces there are.
func listed(links []Link) string {
	var words []string
	for _, l := range links {
		word := l.Name
		for _, a := range l.Addresses {
			word += " " + a.String()
		}
		words = append(words, word)
	}
	if len(words) == 0 {
		return "there are none but lo"
	}
	return "there are: " + strings.Join(words, ", ")
}

// resolveSides resolves the interfaces of every side that has one.
func resolveSides(spec Spec) (links [netstack.Sides]Link, err error) {
	for _, side := range bothSides {
		if s := spec.Sides[side]; !s.Bare {
			if links[side], err = Resolve(s.Interface); err != nil {
				return links, fmt.Errorf("%v: %w", side, err)
			}
		}
	}
	return links, nil
}
