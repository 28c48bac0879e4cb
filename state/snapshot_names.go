package state

import "encoding/binary"

// Names tells the names of rules by their generation and number, "" for one
// that is no more. Rules have other numbers after a restart, but mostly their
// names.
type Names struct {
	Rule        func(generation, rule uint32) string
	Translation func(generation uint32, rule uint16) string // counted from 1
}

// names numbers the names that the saved sessions refer to, from 1; 0 is none.
type names struct {
	Names
	number map[ruleID]uint32
	text   []byte // length in two bytes, name; in the order of the numbers
}

type ruleID struct {
	translation      bool
	generation, rule uint32
}

func newNames(known Names) names { return names{Names: known, number: make(map[ruleID]uint32)} }

func (n *names) rule(generation, rule uint32) uint32 {
	id := ruleID{false, generation, rule}
	number, seen := n.number[id]
	if !seen {
		number = n.add(id, n.Rule(generation, rule))
	}
	return number
}

func (n *names) translation(generation uint32, rule uint16) uint32 {
	if rule == 0 {
		return 0
	}
	id := ruleID{true, generation, uint32(rule)}
	number, seen := n.number[id]
	if !seen {
		number = n.add(id, n.Translation(generation, rule))
	}
	return number
}

func (n *names) add(id ruleID, name string) uint32 {
	number := uint32(len(n.number) + 1)
	n.number[id] = number
	n.text = binary.LittleEndian.AppendUint16(n.text, uint16(len(name)))
	n.text = append(n.text, name...)
	return number
}

// split takes the text of names apart; false if it does not come out even.
func split(text []byte) (list []string, ok bool) {
	for len(text) >= 2 {
		n := int(binary.LittleEndian.Uint16(text))
		if text = text[2:]; n > len(text) {
			return nil, false
		}
		list, text = append(list, string(text[:n])), text[n:]
	}
	return list, len(text) == 0
}
