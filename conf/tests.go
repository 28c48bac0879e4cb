package conf

import (
	"errors"
	"fmt"
	"time"

	"sallyport/netstack"
	"sallyport/policy"
)

// Test is one [[test]]: a packet, and what the policy is to make of it.
type Test struct {
	Name   string    // "" if it has none
	At     time.Time // when the packet comes; zero: when all rules hold
	From   netstack.Side
	Packet Probe
	Expect Expectation
	// Leaves is how the packet is to look when it leaves, source and destination;
	// Translated: it was said.
	Leaves     [2]End
	Translated bool
	// where expect and translated stand, for what is said of them.
	expect, translated Error
}

// Fails is what is wrong with the policy if it does something else than expect
// says.
func (t *Test) Fails(format string, args ...any) Error { return t.fault(t.expect, format, args...) }

// Mistranslates is what is wrong with the policy if the packet leaves otherwise
// than translated says.
func (t *Test) Mistranslates(format string, args ...any) Error {
	return t.fault(t.translated, format, args...)
}

func (t *Test) fault(at Error, format string, args ...any) Error {
	at.Message = fmt.Sprintf(format, args...)
	if t.Name != "" {
		at.Message = fmt.Sprintf("test %q: %s", t.Name, at.Message)
	}
	return at
}

// testReader reads one [[test]].
type testReader struct {
	*Test
	words *vocabulary
	rules *tested
}

func (s *Settings) readTests(v value, words *vocabulary) {
	rules := newTested(s.Policy.Rules)
	for _, t := range v.tables("test") {
		r := testReader{Test: &Test{}, words: words, rules: rules}
		if r.read(t) {
			s.Tests = append(s.Tests, *r.Test)
		}
	}
}

// read reports whether t is a table.
func (r *testReader) read(t value) bool {
	ok := t.read([]field{
		{"name", func(v value) { v.setText(&r.Name) }},
		{"at", func(v value) { v.setMoment(&r.At) }},
		{"from", r.readFrom},
		{"packet", r.readPacket},
		{"expect", r.readExpect},
		{"translated", r.readTranslated},
		{"comment", func(v value) { v.text() }},
	})
	for _, need := range []struct{ key, why string }{
		{"from", `the side that the packet comes from, "inside" or "outside"`},
		{"packet", `such as "10.1.0.5 -> 1.1.1.1 tcp/443"`},
		{"expect", `such as "accept by web", "drop" or "drop because spoofed"`},
	} {
		if ok {
			t.needs(need.key, need.why)
		}
	}
	return ok
}

func (r *testReader) readFrom(v value) {
	if s, ok := v.word("inside", "outside"); ok && s == "outside" {
		r.From = netstack.Outside
	}
}

func (r *testReader) readPacket(v value) {
	s, ok := v.text()
	if !ok {
		return
	}
	p, err := (&probeReader{service: r.service}).read(s)
	if err != nil && !errors.Is(err, errToldAlready) {
		v.fail("%v", err)
	}
	r.Packet = p
}

// errToldAlready is of a list of services with a fault.
var errToldAlready = errors.New("a fault elsewhere")

// service finds what a word of a packet means: a list of the file, or what is
// built in.
func (r *testReader) service(word string) ([]policy.Service, error) {
	b := &r.words.services
	switch list, found := b.resolved[word]; {
	case b.bad[word]:
		return nil, errToldAlready
	case found:
		return list, nil
	}
	list, err := builtinService(word)
	if err != nil {
		err = b.hint(word, err)
	}
	return list, err
}
