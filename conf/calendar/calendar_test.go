package calendar

import (
	"math/rand/v2"
	"testing"
	"time"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func moments(t testing.TB, text string) time.Time {
	t.Helper()
	m, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestMoment has clocks that are put forward and back, at night, at midnight and
// over a whole day.
func TestMoment(t *testing.T) {
	for _, c := range []struct {
		zone    string
		day     Date
		minutes int
		want    string
	}{
		{"UTC", Date{2026, 11, 22}, 0, "2026-11-22T00:00:00Z"},
		{"UTC", Date{2026, 11, 22}, 1440, "2026-11-23T00:00:00Z"},
		{"UTC", Date{2026, 12, 31}, 1440 + 360, "2027-01-01T06:00:00Z"},
		{"Europe/Berlin", Date{2026, 11, 22}, 8 * 60, "2026-11-22T08:00:00+01:00"},
		{"Europe/Berlin", Date{2026, 7, 1}, 8 * 60, "2026-07-01T08:00:00+02:00"},
		// Forward: 02:00 is 03:00, and nothing between is ever shown.
		{"Europe/Berlin", Date{2026, 3, 29}, 119, "2026-03-29T01:59:00+01:00"},
		{"Europe/Berlin", Date{2026, 3, 29}, 120, "2026-03-29T03:00:00+02:00"},
		{"Europe/Berlin", Date{2026, 3, 29}, 150, "2026-03-29T03:00:00+02:00"},
		{"Europe/Berlin", Date{2026, 3, 29}, 180, "2026-03-29T03:00:00+02:00"},
		{"Europe/Berlin", Date{2026, 3, 29}, 181, "2026-03-29T03:01:00+02:00"},
		{"Europe/Berlin", Date{2026, 3, 28}, 1440 + 150, "2026-03-29T03:00:00+02:00"},
		// Back: 02:00 to 03:00 is shown twice, and the first counts.
		{"Europe/Berlin", Date{2026, 10, 25}, 120, "2026-10-25T02:00:00+02:00"},
		{"Europe/Berlin", Date{2026, 10, 25}, 150, "2026-10-25T02:30:00+02:00"},
		{"Europe/Berlin", Date{2026, 10, 25}, 180, "2026-10-25T03:00:00+01:00"},
		{"America/New_York", Date{2026, 3, 8}, 150, "2026-03-08T03:00:00-04:00"},
		{"America/New_York", Date{2026, 11, 1}, 90, "2026-11-01T01:30:00-04:00"},
		{"Australia/Lord_Howe", Date{2026, 10, 4}, 135, "2026-10-04T02:30:00+11:00"}, // half an hour
		{"America/Sao_Paulo", Date{2018, 11, 4}, 0, "2018-11-04T01:00:00-02:00"},     // at midnight
		{"Pacific/Apia", Date{2011, 12, 30}, 720, "2011-12-31T00:00:00+14:00"},       // that day never was
		{"Pacific/Apia", Date{2011, 12, 31}, 0, "2011-12-31T00:00:00+14:00"},
	} {
		if got := moment(zone(t, c.zone), c.day, c.minutes); !got.Equal(moments(t, c.want)) {
			t.Errorf("%s %v %d: %v, want %s", c.zone, c.day, c.minutes, got, c.want)
		}
	}
}

// TestMomentsAreInOrder: a later time is never an earlier moment, and every
// moment is the first at which the clocks show its time, or no earlier one.
func TestMomentsAreInOrder(t *testing.T) {
	for _, name := range []string{"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca", "Asia/Kathmandu"} {
		z, last := zone(t, name), time.Time{}
		for minutes := 0; minutes < 366*1440; minutes += 7 {
			at := moment(z, Date{2011, 1, 1}, minutes)
			if at.Before(last) {
				t.Fatalf("%s: %v after %v", name, at, last)
			}
			last = at
		}
	}
}

func TestHolds(t *testing.T) {
	work := Days(1<<time.Monday | 1<<time.Tuesday | 1<<time.Wednesday | 1<<time.Thursday | 1<<time.Friday)
	for _, c := range []struct {
		name string
		s    Schedule
		yes  []string
		no   []string
	}{
		{"office hours", Schedule{Days: work, Hours: []Hours{{8 * 60, 18 * 60}}},
			[]string{"2026-11-20T08:00:00+01:00", "2026-11-20T17:59:59+01:00", "2026-07-01T06:00:00Z"},
			[]string{"2026-11-20T07:59:59+01:00", "2026-11-20T18:00:00+01:00", "2026-11-22T12:00:00+01:00"}},
		{"over midnight, and the night belongs to its evening", Schedule{Days: 1 << time.Friday, Hours: []Hours{{22 * 60, 6 * 60}}},
			[]string{"2026-11-20T22:00:00+01:00", "2026-11-21T05:59:59+01:00"},
			[]string{"2026-11-20T05:00:00+01:00", "2026-11-21T06:00:00+01:00", "2026-11-21T22:00:00+01:00"}},
		{"the same hour is a day long", Schedule{Days: 1 << time.Friday, Hours: []Hours{{22 * 60, 22 * 60}}},
			[]string{"2026-11-20T22:00:00+01:00", "2026-11-21T21:59:00+01:00"}, []string{"2026-11-20T21:59:00+01:00", "2026-11-21T22:00:00+01:00"}},
		{"dates", Schedule{Days: EveryDay, Dates: []Dates{{Date{2026, 12, 24}, Date{2027, 1, 6}}}},
			[]string{"2026-12-24T00:00:00+01:00", "2027-01-06T23:59:59+01:00"},
			[]string{"2026-12-23T23:59:59+01:00", "2027-01-07T00:00:00+01:00", "2025-12-30T12:00:00Z"}},
		{"every New Year", Schedule{Days: EveryDay, Dates: []Dates{{Date{0, 12, 31}, Date{0, 1, 1}}}},
			[]string{"2026-12-31T12:00:00Z", "2027-01-01T12:00:00Z", "2031-01-01T00:00:00+01:00"}, []string{"2026-12-30T12:00:00Z", "2027-01-02T12:00:00Z"}},
		{"leap days", Schedule{Days: EveryDay, Dates: []Dates{{Date{0, 2, 29}, Date{0, 2, 29}}}},
			[]string{"2028-02-29T12:00:00Z"}, []string{"2027-03-01T12:00:00Z", "2027-02-28T12:00:00Z"}},
		{"the night when the clocks are put back", Schedule{Days: EveryDay, Hours: []Hours{{22 * 60, 150}}},
			[]string{"2026-10-25T02:29:00+02:00"}, []string{"2026-10-25T02:30:00+02:00", "2026-10-25T02:15:00+01:00"}},
		{"hours that a clock jumps over", Schedule{Days: EveryDay, Hours: []Hours{{130, 140}}},
			[]string{"2026-03-28T02:10:00+01:00"}, []string{"2026-03-29T01:59:59+01:00", "2026-03-29T03:00:00+02:00"}},
	} {
		c.s.Zone = zone(t, "Europe/Berlin")
		for i, list := range [][]string{c.no, c.yes} {
			for _, at := range list {
				if got := c.s.Holds(moments(t, at)); got != (i == 1) {
					t.Errorf("%s at %s: %v", c.name, at, got)
				}
			}
		}
	}
}

// TestNext walks through years, a minute at a time near each change: between a
// time and its Next, Holds never changes.
func TestNext(t *testing.T) {
	zones := []string{"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "UTC"}
	for seed := range uint64(40) {
		d := rand.New(rand.NewPCG(seed, 1))
		s := Schedule{Zone: zone(t, zones[d.IntN(len(zones))]), Days: Days(d.IntN(128))}
		for range d.IntN(3) {
			s.Hours = append(s.Hours, Hours{d.IntN(1440), 1 + d.IntN(1440)})
		}
		for range d.IntN(2) {
			s.Dates = append(s.Dates, Dates{Date{0, time.Month(1 + d.IntN(12)), 1 + d.IntN(28)}, Date{0, time.Month(1 + d.IntN(12)), 1 + d.IntN(28)}})
		}
		at := time.Date(2011, 1, 1, d.IntN(24), d.IntN(60), 0, 0, time.UTC)
		for range 500 {
			next := s.Next(at)
			if !next.After(at) || next.Sub(at) > 72*time.Hour {
				t.Fatalf("seed %d, %+v: %v after %v", seed, s, next, at)
			}
			for range 5 {
				between := at.Add(time.Duration(d.Int64N(int64(next.Sub(at)))))
				if s.Holds(between) != s.Holds(at) {
					t.Fatalf("seed %d, %+v: changes between %v and %v, at %v", seed, s, at, next, between)
				}
			}
			if last := next.Add(-time.Second); last.After(at) && s.Holds(last) != s.Holds(at) {
				t.Fatalf("seed %d, %+v: changes before %v", seed, s, next)
			}
			at = next
		}
	}
}

func TestOver(t *testing.T) {
	s := Schedule{Zone: zone(t, "Europe/Berlin"), Days: EveryDay, Hours: []Hours{{1320, 360}}, Dates: []Dates{{Date{2026, 1, 1}, Date{2026, 1, 5}}}}
	for at, want := range map[string]bool{"2026-01-06T05:00:00+01:00": false, "2026-01-07T00:00:00+01:00": true, "2025-01-01T00:00:00Z": false} {
		if got := s.Over(moments(t, at)); got != want {
			t.Errorf("at %s: %v", at, got)
		}
	}
	if s.Dates[0].Last.Year = 0; s.Over(moments(t, "2026-06-01T00:00:00Z")) {
		t.Error("every year is over")
	}
}

func TestDates(t *testing.T) {
	for d, want := range map[Date]bool{{2026, 2, 29}: false, {2028, 2, 29}: true, {0, 2, 29}: true, {0, 4, 31}: false, {2026, 13, 1}: false, {2026, 1, 0}: false} {
		if d.Valid() != want {
			t.Errorf("%v: %v", d, d.Valid())
		}
	}
	for d, want := range map[Dates]bool{
		{Date{2026, 1, 1}, Date{2026, 1, 1}}: true, {Date{2026, 1, 2}, Date{2026, 1, 1}}: false,
		{Date{0, 12, 1}, Date{0, 1, 1}}: true, {Date{0, 12, 1}, Date{2026, 12, 2}}: false, {Date{2026, 12, 1}, Date{0, 12, 2}}: false,
	} {
		if d.InOrder() != want {
			t.Errorf("%v: %v", d, d.InOrder())
		}
	}
}
