package conf

import (
	"strings"

	"sallyport/policy"
)

// serviceBook is [services], with the built-in services behind it: a list of
// the file goes before a built-in one of the same name.
type serviceBook struct{ book[policy.Service] }

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
	if literals, ok := builtin[s]; ok {
		return mustServices(literals), true
	}
	if strings.HasPrefix(s, "!") {
		v.fail("a service cannot be negated; put a rule for it before this one")
		return nil, false
	}
	service, err := parseService(s)
	if err != nil {
		v.fail("%v", b.hint(s, err))
	}
	return []policy.Service{service}, err == nil
}

// hint replaces the error about a word that is no literal at all.
func (b *serviceBook) hint(s string, err error) error {
	if strings.Contains(s, "/") || s == "" {
		return err
	}
	return unknownService(s, append(b.names(), builtinNames()...))
}

// serviceList is a service list of a rule: nil for any. Not ok if a part of it
// has a fault.
func (b *serviceBook) serviceList(v value) (list []policy.Service, ok bool) {
	var all distinct[policy.Service]
	elements, ok := v.list()
	for _, e := range elements {
		items, good := b.entry(e)
		ok = ok && good
		all.add(items...)
	}
	if all.has(policy.Service{AnyProtocol: true}) {
		return nil, ok
	}
	return all.items, ok
}
