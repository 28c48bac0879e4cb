package conf

import (
	"strings"

	"sallyport/netstack"
	"sallyport/policy"
)

// serviceBook is [services], with the built-in services behind it: a list of
// the file goes before a built-in one of the same name.
type serviceBook struct {
	book[policy.Service]
	literals map[string][]policy.Service // what was read already, as few mean many
}

func (b *serviceBook) read(v value) {
	b.book.read(v, append(protocolNames(), anyWord, "proto"))
}

// entry reads an element of a service list: a name or a literal.
func (b *serviceBook) entry(v value) ([]policy.Service, bool) {
	s, ok := v.text()
	if !ok {
		return nil, false
	}
	if s == anyWord {
		return []policy.Service{{AnyProtocol: true}}, true
	}
	if items, found, ok := b.lookup(s, v, b.entry); found {
		return items, ok
	}
	if list, again := b.literals[s]; again {
		return list, true
	}
	if strings.HasPrefix(s, "!") {
		v.fail("a named list cannot negate; negate where it is used")
		return nil, false
	}
	list, err := builtinService(s)
	if err != nil {
		v.fail("%v", b.hint(s, err))
		return nil, false
	}
	if b.literals == nil {
		b.literals = map[string][]policy.Service{}
	}
	b.literals[s] = list
	return list, true
}

// negated reads an element of a rule's list, which may have "!" in front.
func (b *serviceBook) negated(v value) (list []policy.Service, ok bool) {
	s, isText := v.data.(string)
	if !isText || !strings.HasPrefix(s, "!") {
		return b.entry(v)
	}
	word := strings.TrimPrefix(s, "!")
	if word == anyWord {
		v.fail("%q matches nothing", s)
		return nil, false
	}
	named, ok := b.entry(value{v.doc, v.node, word})
	for _, s := range named {
		if s.Source != (netstack.PortRange{}) {
			v.fail("a service with source ports cannot be negated; put a rule for it before this one")
			return nil, false
		}
		s.Negate = true
		list = append(list, s)
	}
	return list, ok
}

// hint replaces the error about a word that is no literal at all.
func (b *serviceBook) hint(s string, err error) error {
	if strings.ContainsAny(s, "/ ") || s == "" {
		return err
	}
	return unknownService(s, append(b.candidates(), builtinNames()...))
}

// serviceList is a service list of a rule: nil for any. Not ok if a part of it
// has a fault.
func (b *serviceBook) serviceList(v value) (list []policy.Service, ok bool) {
	var all distinct[policy.Service]
	elements, ok := v.list()
	for _, e := range elements {
		items, good := b.negated(e)
		ok = ok && good
		all.add(items...)
	}
	if !all.has(policy.Service{AnyProtocol: true}) {
		return all.items, ok
	}
	for _, s := range all.items {
		if s.Negate {
			list = append(list, s)
		}
	}
	return list, ok
}
