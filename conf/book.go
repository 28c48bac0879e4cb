package conf

import (
	"maps"
	"slices"
	"strings"
)

// book is a set of named lists of T, [addresses] or [services]. A list may name
// others; resolveAll resolves all of them, so that each fault is told once, where
// it is.
type book[T comparable] struct {
	lists    map[string]value
	resolved map[string][]T
	bad      map[string]bool     // lists with a fault, told already
	path     []string            // being resolved, to see cycles
	users    map[string][]string // lists that name it; "" for what is no list
	guesses  guesses
}

// read takes the lists of a table, which may be one of several.
func (b *book[T]) read(v value, reserved []string) {
	if b.lists == nil {
		b.lists, b.resolved, b.bad = map[string]value{}, map[string][]T{}, map[string]bool{}
		b.users = map[string][]string{}
	}
	names, lists := v.entries()
	for _, name := range names {
		switch first, again := b.lists[name]; {
		case again:
			lists[name].failKey("there is a list %q already, in %s", name, first.seenFrom(lists[name]))
			continue
		case !isName(name):
			lists[name].failKey("%q is not a name: want letters, digits, %q and %q, a letter first", name, "-", "_")
		case slices.Contains(reserved, name):
			lists[name].failKey("%q has a meaning of its own and cannot be a list", name)
		}
		b.lists[name] = lists[name]
	}
}

// resolveAll is called once all lists are read; entry reads what one element of a
// list says, and tells a fault itself.
func (b *book[T]) resolveAll(entry func(value) ([]T, bool)) {
	for _, name := range b.names() {
		b.resolve(name, entry)
	}
}

// resolve makes sure that the list, which exists, is resolved or bad.
func (b *book[T]) resolve(name string, entry func(value) ([]T, bool)) {
	if _, done := b.resolved[name]; done {
		return
	}
	b.path = append(b.path, name)
	var all distinct[T]
	elements, ok := b.lists[name].list()
	for _, e := range elements {
		items, good := entry(e)
		ok = ok && good
		all.add(items...)
	}
	b.path = b.path[:len(b.path)-1]
	b.resolved[name], b.bad[name] = all.items, !ok
}

// lookup returns what the list holds; at is where it is named. Not ok if there
// is a fault, which is told. found is false, and nothing told, if there is no
// such list.
func (b *book[T]) lookup(name string, at value, entry func(value) ([]T, bool)) (items []T, found, ok bool) {
	if _, found = b.lists[name]; !found {
		return nil, false, false
	}
	b.use(name)
	if i := slices.Index(b.path, name); i >= 0 {
		at.fail("%s is defined by itself: %s", name, strings.Join(append(slices.Clone(b.path[i:]), name), " -> "))
		return nil, true, false
	}
	if len(b.path) >= maxDepth {
		at.fail("lists are nested more than %d deep", maxDepth)
		return nil, true, false
	}
	b.resolve(name, entry)
	return b.resolved[name], true, !b.bad[name]
}

// use notes that the list that is being resolved, or what is no list, names name.
func (b *book[T]) use(name string) {
	user := ""
	if len(b.path) > 0 {
		user = b.path[len(b.path)-1]
	}
	if users := b.users[name]; len(users) == 0 || users[len(users)-1] != user {
		b.users[name] = append(users, user)
	}
}

// unused returns the lists that nothing names, or only lists that nothing names.
func (b *book[T]) unused() (names []string) {
	used := map[string]bool{"": true}
	for grew := true; grew; {
		grew = false
		for name, users := range b.users {
			if !used[name] && slices.ContainsFunc(users, func(u string) bool { return used[u] }) {
				used[name], grew = true, true
			}
		}
	}
	for _, name := range b.names() {
		if !used[name] {
			names = append(names, name)
		}
	}
	return names
}

// warnOfUnused warns of the lists that nothing uses; kind is what they are called.
func (b *book[T]) warnOfUnused(kind string) {
	for _, name := range b.unused() {
		b.lists[name].warnKey("nothing uses the %s %q", kind, name)
	}
}

// candidates are the names that an unknown one may have been meant for.
func (b *book[T]) candidates() []string {
	if !b.guesses.more() {
		return nil
	}
	return b.names()
}

func (b *book[T]) names() []string { return slices.Sorted(maps.Keys(b.lists)) }

// isName reports whether s can name a list: a letter, then letters, digits, "-"
// and "_". So no name looks like an address, a service or a domain name.
func isName(s string) bool {
	for i := range len(s) {
		letter := 'a' <= s[i]|0x20 && s[i]|0x20 <= 'z'
		if !letter && (i == 0 || !isBare(s[i])) {
			return false
		}
	}
	return s != ""
}
