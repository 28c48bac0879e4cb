package calendar

import "time"

// Schedule holds on each of Days that is in Dates, at Hours.
type Schedule struct {
	Zone  *time.Location
	Days  Days
	Hours []Hours
	Dates []Dates // none: all
}

// Days is a set of days of the week: bit 1<<time.Weekday.
type Days uint8

// EveryDay is all of them.
const EveryDay Days = 1<<7 - 1

// Hours is a part of a day, in minutes after midnight: from First, 0 to 1439, to
// before Last, 1 to 1440. If Last is not after First, it is on the next day: the
// whole belongs to the day that it starts on.
type Hours struct{ First, Last int }

// WholeDay is all hours of a day.
var WholeDay = Hours{0, 24 * 60}

// on reports whether the schedule has anything on a day.
func (s *Schedule) on(day Date) bool {
	weekday := time.Date(day.Year, day.Month, day.Day, 0, 0, 0, 0, time.UTC).Weekday()
	if s.Days>>weekday&1 == 0 {
		return false
	}
	for _, d := range s.Dates {
		if d.holds(day) {
			return true
		}
	}
	return len(s.Dates) == 0
}

// Holds reports whether it is such a time at t.
func (s *Schedule) Holds(t time.Time) bool {
	for _, day := range s.around(t) {
		for _, span := range s.spans(day) {
			if !t.Before(span[0]) && t.Before(span[1]) {
				return true
			}
		}
	}
	return false
}

// Next returns when to ask Holds again: until then it is as at t. That is never
// more than three days later.
func (s *Schedule) Next(t time.Time) time.Time {
	days := s.around(t)
	next := moment(s.Zone, days[len(days)-1], 0)
	for _, day := range days {
		for _, span := range s.spans(day) {
			for _, edge := range span {
				if edge.After(t) && edge.Before(next) {
					next = edge
				}
			}
		}
	}
	return next
}

// Over reports whether it never holds after t.
func (s *Schedule) Over(t time.Time) bool {
	today := dateOf(t.In(s.Zone).AddDate(0, 0, -1)) // whose hours may last until today
	for _, d := range s.Dates {
		if d.Last.Year == 0 || !d.Last.before(today) {
			return false
		}
	}
	return len(s.Dates) > 0
}

// around returns the days whose hours can include t, or start or end soon after.
// A clock may skip one.
func (s *Schedule) around(t time.Time) (days [5]Date) {
	local := t.In(s.Zone)
	for i := range days {
		days[i] = dateOf(time.Date(local.Year(), local.Month(), local.Day()+i-2, 0, 0, 0, 0, time.UTC))
	}
	return days
}

// spans returns from when to before when the schedule holds on a day.
func (s *Schedule) spans(day Date) (spans [][2]time.Time) {
	if !s.on(day) {
		return nil
	}
	hours := s.Hours
	if len(hours) == 0 {
		hours = []Hours{WholeDay}
	}
	for _, h := range hours {
		last := h.Last
		if last <= h.First {
			last += 24 * 60
		}
		spans = append(spans, [2]time.Time{moment(s.Zone, day, h.First), moment(s.Zone, day, last)})
	}
	return spans
}
