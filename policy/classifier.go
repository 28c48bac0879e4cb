package policy

// none is what a classifier answers when nothing matches.
const none = -1

// fewConditions is how many conditions are tried one after the other: below, the
// index costs more than it saves.
const fewConditions = 4

// classifier finds the first of its conditions that a packet meets. It knows
// nothing of what follows from it.
type classifier struct {
	conditions linear
	index      *index     // nil: there are few
	witness    *testimony // nil: nobody looks on
}

func newClassifier(conditions []condition) classifier {
	c := classifier{conditions: conditions}
	if len(conditions) > fewConditions {
		c.index = newIndex(conditions)
	}
	return c
}

func (c *classifier) first(q *query) int {
	if c.witness != nil {
		return c.witnessed(q)
	}
	return c.find(q)
}

func (c *classifier) find(q *query) int {
	if c.index == nil {
		return c.conditions.first(q)
	}
	return c.index.first(q)
}

// linear tries its conditions in order: what first match means.
type linear []condition

func (l linear) first(q *query) int {
	for i := range l {
		if l[i].matches(q) {
			return i
		}
	}
	return none
}
