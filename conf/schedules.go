package conf

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"sallyport/conf/calendar"
)

// scheduleBook is [schedules].
type scheduleBook struct {
	book[string]
	schedules map[string]*calendar.Schedule
	whens     map[whenKey]uint16 // what Rule.When numbers, by what was said
}

// read reads [schedules.NAME] of each name.
func (b *scheduleBook) read(v value) {
	if b.schedules == nil {
		b.schedules = map[string]*calendar.Schedule{}
	}
	b.book.read(v, nil)
	names, tables := v.entries()
	for _, name := range names {
		if _, again := b.schedules[name]; !again {
			b.schedules[name] = readSchedule(tables[name])
		}
	}
}

func readSchedule(v value) *calendar.Schedule {
	s := &calendar.Schedule{Zone: time.UTC, Days: calendar.EveryDay}
	ok := v.read([]field{
		{"zone", func(v value) { readZone(v, s) }},
		{"days", func(v value) { readDays(v, s) }},
		{"hours", func(v value) { readHours(v, s) }},
		{"dates", func(v value) { readDates(v, s) }},
	})
	if ok {
		v.needs("zone", `whose clocks count, such as "Europe/Berlin" or "UTC"`)
	}
	return s
}

func readZone(v value, s *calendar.Schedule) {
	name, ok := v.text()
	if !ok {
		return
	}
	zone, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" {
		v.fail("%q is not a time zone; want one of the tz database, such as \"Europe/Berlin\", or \"UTC\"", name)
		return
	}
	s.Zone = zone
}

var weekdays = []string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}

// readDays reads ["mon-fri", "sunday"]; a range may go over the end of a week.
func readDays(v value, s *calendar.Schedule) {
	elements, _ := v.list()
	s.Days = 0
	for e, text := range texts(elements) {
		first, last, isRange := strings.Cut(text, "-")
		from, err := parseWeekday(first)
		to := from
		if err == nil && isRange {
			to, err = parseWeekday(last)
		}
		if err != nil {
			e.fail("%v", err)
			continue
		}
		for s.Days |= 1 << from; from != to; s.Days |= 1 << from {
			from = (from + 1) % 7
		}
	}
}

// parseWeekday reads a day's name or its first three letters.
func parseWeekday(s string) (int, error) {
	word := strings.ToLower(strings.TrimSpace(s))
	for i, name := range weekdays {
		if word == name || word == name[:3] {
			return i, nil
		}
	}
	return 0, fmt.Errorf("%q is not a day of the week; %s", s, choices(word, []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}))
}

// readHours reads ["08:00-12:00", "22:00-06:00"].
func readHours(v value, s *calendar.Schedule) {
	elements, _ := v.list()
	for e, text := range texts(elements) {
		first, last, _ := strings.Cut(text, "-")
		from, fine := parseMinutes(first)
		to, alsoFine := parseMinutes(last)
		if !fine || !alsoFine || from == 24*60 || to == 0 {
			e.fail("%q is not a part of a day such as \"08:00-17:30\", \"22:00-06:00\" or \"18:00-24:00\"", text)
			continue
		}
		s.Hours = append(s.Hours, calendar.Hours{First: from, Last: to})
	}
}

// parseMinutes reads "08:30", up to "24:00".
func parseMinutes(s string) (minutes int, ok bool) {
	hour, minute, found := strings.Cut(strings.TrimSpace(s), ":")
	h, err := strconv.ParseUint(hour, 10, 8)
	m, err2 := strconv.ParseUint(minute, 10, 8)
	minutes = int(h)*60 + int(m)
	return minutes, found && err == nil && err2 == nil && len(minute) == 2 && m < 60 && minutes <= 24*60
}

// readDates reads ["2026-12-24", "2026-12-24..2027-01-06", "12-24..01-06"].
func readDates(v value, s *calendar.Schedule) {
	elements, _ := v.list()
	for e, text := range texts(elements) {
		first, last, isRange := strings.Cut(text, "..")
		if !isRange {
			last = first
		}
		from, fine := parseDate(first)
		to, alsoFine := parseDate(last)
		switch d := (calendar.Dates{First: from, Last: to}); {
		case !fine || !alsoFine:
			e.fail("%q is not a day such as \"2026-12-24\", or \"12-24\" of every year, or days such as \"2026-12-24..2027-01-06\"", text)
		case !d.InOrder():
			e.fail("%q ends before it starts, or is of every year at one end only", text)
		default:
			s.Dates = append(s.Dates, d)
		}
	}
}

func parseDate(s string) (d calendar.Date, ok bool) {
	s = strings.TrimSpace(s)
	if t, err := time.Parse(time.DateOnly, s); err == nil {
		return calendar.Date{Year: t.Year(), Month: t.Month(), Day: t.Day()}, t.Year() > 0
	}
	t, err := time.Parse(time.DateOnly, "2000-"+s)
	return calendar.Date{Month: t.Month(), Day: t.Day()}, err == nil
}
