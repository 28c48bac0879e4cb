package conf

import (
	"slices"
	"strings"
	"time"

	"sallyport/conf/calendar"
)

// When is when a rule holds: at the times of any of Schedules, or at all times if
// there are none, less those of any of Except, and before Until.
type When struct {
	Words             []string // the schedules as written, "!" in front of those of Except
	Schedules, Except []*calendar.Schedule
	Until             time.Time // zero: for ever
}

// MaxWhens is how many different times the rules of a file may hold at.
const MaxWhens = 4096

// Holds reports whether it is such a time at t.
func (w *When) Holds(t time.Time) bool {
	if !w.Until.IsZero() && !t.Before(w.Until) {
		return false
	}
	holds := func(s *calendar.Schedule) bool { return s.Holds(t) }
	return (len(w.Schedules) == 0 || slices.ContainsFunc(w.Schedules, holds)) && !slices.ContainsFunc(w.Except, holds)
}

// next returns when to ask Holds again; zero: never.
func (w *When) next(t time.Time) (next time.Time) {
	if w.past(t) {
		return next
	}
	next = w.Until
	for _, s := range slices.Concat(w.Schedules, w.Except) {
		next = sooner(next, s.Next(t))
	}
	return next
}

func (w *When) past(t time.Time) bool { return !w.Until.IsZero() && !t.Before(w.Until) }

// sooner returns the earlier of two times; a zero one is never.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// At returns the settings as they hold at t, with the rules off that do not, and
// until when they do: then they are to be asked for again. A zero time is never.
func (s *Settings) At(t time.Time) (now *Settings, until time.Time) {
	off := make([]bool, len(s.Whens)+1)
	for i := range s.Whens {
		off[i+1] = !s.Whens[i].Holds(t)
		until = sooner(until, s.Whens[i].next(t))
	}
	return s.switched(off), until
}

// Always returns the settings as if all rules held at all times.
func (s *Settings) Always() *Settings { return s.switched(make([]bool, len(s.Whens)+1)) }

// switched is s with the rules off of which off says so, by When.
func (s *Settings) switched(off []bool) *Settings {
	if len(s.Whens) == 0 {
		return s
	}
	now := *s
	now.Policy.Rules = slices.Clone(s.Policy.Rules)
	for i := range now.Policy.Rules {
		r := &now.Policy.Rules[i]
		r.Off = off[r.When]
	}
	return &now
}

// whenReader reads schedule and until of a rule.
type whenReader struct {
	When
	book  *scheduleBook
	until value
}

// readSchedule reads "weekdays", "!weekdays" or a list of such.
func (w *whenReader) readSchedule(v value) {
	for e, s := range texts(v.oneOrMore()) {
		w.add(e, s)
	}
}

func (w *whenReader) add(v value, word string) {
	name, except := strings.CutPrefix(word, "!")
	schedule := w.book.schedules[name]
	if schedule == nil {
		v.fail("unknown schedule %q%s", name, didYouMean(name, w.book.candidates()))
		return
	}
	if except {
		w.Except = append(w.Except, schedule)
	} else {
		w.Schedules = append(w.Schedules, schedule)
	}
	w.book.use(name)
	w.Words = append(w.Words, word)
}

func (w *whenReader) readUntil(v value) {
	w.until = v
	v.setMoment(&w.Until)
}

// whenNumber returns the number of when a rule holds, which is added if no rule
// before holds at the same times.
func (s *Settings) whenNumber(w *whenReader, at value) uint16 {
	if len(w.Words) == 0 && w.Until.IsZero() {
		return 0
	}
	key := whenKey{strings.Join(w.Words, " "), w.Until}
	if n := w.book.whens[key]; n > 0 {
		return n
	}
	if len(s.Whens) == MaxWhens {
		at.failKey("more than %d different times at which rules hold", MaxWhens)
		return 0
	}
	s.Whens = append(s.Whens, w.When)
	if w.book.whens == nil {
		w.book.whens = map[whenKey]uint16{}
	}
	w.book.whens[key] = uint16(len(s.Whens))
	return uint16(len(s.Whens))
}

// whenKey is a When as it is said.
type whenKey struct {
	words string
	until time.Time // in UTC
}
