package calendar

import "time"

// moment returns when the clocks of a place show so many minutes after midnight
// of a day, which may be a later day's: the first time that they do, or the
// moment that they jump over it.
func moment(zone *time.Location, day Date, minutes int) time.Time {
	// What the clocks would show as if they were in UTC.
	shown := time.Date(day.Year, day.Month, day.Day, 0, minutes, 0, 0, time.UTC)
	guess := time.Date(day.Year, day.Month, day.Day, 0, minutes, 0, 0, zone)
	start, end := guess.ZoneBounds()
	var first time.Time
	for _, t := range []time.Time{start.Add(-time.Second), guess, end} {
		at := shown.Add(-offset(t.In(zone))).In(zone)
		if offset(at) == offset(t.In(zone)) && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	switch {
	case !first.IsZero():
		return first
	case jumps(zone, start, shown):
		return start
	}
	return end
}

// jumps reports whether the clocks, put forward at a moment, jump over a time.
func jumps(zone *time.Location, at, shown time.Time) bool {
	before, after := at.Add(offset(at.Add(-time.Second).In(zone))), at.Add(offset(at.In(zone)))
	return !shown.Before(before.UTC()) && shown.Before(after.UTC())
}

func offset(t time.Time) time.Duration {
	_, seconds := t.Zone()
	return time.Duration(seconds) * time.Second
}
