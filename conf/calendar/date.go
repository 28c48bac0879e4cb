package calendar

import "time"

// Dates are days from First to Last, both included: of every year if their years
// are 0, and then perhaps over New Year.
type Dates struct{ First, Last Date }

// Date is a day of a year, or of every year if Year is 0.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// before reports whether d is an earlier day than e; both are of some year, or
// both of every.
func (d Date) before(e Date) bool {
	switch {
	case d.Year != e.Year:
		return d.Year < e.Year
	case d.Month != e.Month:
		return d.Month < e.Month
	}
	return d.Day < e.Day
}

// Valid reports whether there is such a day. The 29th of February is one of
// every year, which only some have.
func (d Date) Valid() bool {
	year := d.Year
	if year == 0 {
		year = 2000
	}
	t := time.Date(year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)
	return t.Month() == d.Month && t.Day() == d.Day
}

// InOrder reports whether there is a day in d, and both its ends are of some
// year or of every.
func (d Dates) InOrder() bool {
	if d.First.Year == 0 || d.Last.Year == 0 {
		return d.First.Year == d.Last.Year
	}
	return !d.Last.before(d.First)
}

func (d Dates) holds(day Date) bool {
	first, last := d.First, d.Last
	if first.Year == 0 {
		day.Year = 0
	}
	if last.before(first) { // over New Year
		return !day.before(first) || !last.before(day)
	}
	return !day.before(first) && !last.before(day)
}

func dateOf(t time.Time) Date {
	year, month, day := t.Date()
	return Date{year, month, day}
}
