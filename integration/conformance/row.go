package main

import "strings"

// verdict says whether an item is held.
type verdict uint8

const (
	no            verdict = iota
	yes                   // as the firewall is without being asked
	onRequest             // if the configuration asks for it
	notApplicable         // about something that the firewall has not
)

func (v verdict) String() string { return [...]string{"no", "yes", "on request", "n.a."}[v] }

// row is an item of an RFC.
type row struct {
	item  string // as the RFC numbers it
	level string // in the words of RFC 2119
	asks  string
	held  verdict
	tests string // names of test functions, apart by spaces
	note  string
}

func (r *row) names() []string { return strings.Fields(r.tests) }

// rfc is a document, and its items in its order.
type rfc struct {
	number int
	title  string
	about  string // what is to be known before the rows are read
	rows   []row
}

// documents are all, in the order they are shown in.
var documents = []*rfc{&rfc4787, &rfc5382, &rfc5508, &rfc7857, &rfc6888, &rfc6092}

// named returns the tests that any row names, each once.
func named() (names []string) {
	seen := make(map[string]bool)
	for _, d := range documents {
		for i := range d.rows {
			for _, n := range d.rows[i].names() {
				if !seen[n] {
					seen[n], names = true, append(names, n)
				}
			}
		}
	}
	return names
}
