package appliance

import (
	"context"
	"strings"
	"time"

	"sallyport/conf"
)

// timeEvery is how late a rule may begin or end to hold, and how long it takes
// until a clock that is set is noticed.
const timeEvery = time.Second

// wallClock is the time of day, without the reading of a clock that nobody sets.
func wallClock() time.Time { return time.Now().Round(0) }

// holding is what of a configuration follows from the time of day. Settings that
// hold as those in force do are the same.
func (a *Appliance) holding(s *conf.Settings, now time.Time) configuration {
	c := configuration{read: s, since: now}
	c.settings, c.until = s.At(now)
	if was := a.inForce.Load(); was != nil && was.read == s && len(turned(was.settings, c.settings)) == 0 {
		c.settings = was.settings
	}
	return c
}

// outdated reports whether it is time to ask again which rules hold: also if the
// clock was put back.
func (c *configuration) outdated(now time.Time) bool {
	return now.Before(c.since) || !c.until.IsZero() && !now.Before(c.until)
}

// keepTime puts rules in and out of force at their times until ctx is done.
func (a *Appliance) keepTime(ctx context.Context) {
	said := false
	every(ctx, timeEvery, func() {
		if !a.inForce.Load().outdated(wallClock()) {
			return
		}
		err := a.turn()
		if err != nil && !said {
			a.log.Error().Err(err).Msg("rules cannot be put in or out of force at their time; trying again every second")
		}
		said = err != nil
	})
}

// turn puts in force what holds now.
func (a *Appliance) turn() error {
	a.changing.Lock()
	defer a.changing.Unlock()
	was := a.inForce.Load()
	c, err := a.install(was.read, nil)
	if err != nil {
		return err
	}
	a.force(c)
	if words := turned(was.settings, c.settings); len(words) > 0 {
		a.log.Info().Str("rules", strings.Join(words, ", ")).Uint32("generation", c.policy.Generation).
			Msg("rules are in or out of force by their time")
	}
	return nil
}

// turned says which rules differ between two states of the same settings: "+web"
// begins to hold, "-night" ends.
func turned(was, is *conf.Settings) (words []string) {
	for i, r := range is.Policy.Rules {
		switch {
		case r.Off == was.Policy.Rules[i].Off:
		case r.Off:
			words = append(words, "-"+r.Name)
		default:
			words = append(words, "+"+r.Name)
		}
	}
	return words
}
