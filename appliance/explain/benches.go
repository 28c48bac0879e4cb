package explain

import (
	"time"

	"sallyport/appliance/enforce"
	"sallyport/conf"
	"sallyport/policy"
)

// benches are those of settings on a box, one for each state that their rules can
// be in: to compile them is most of what a test costs.
type benches struct {
	settings *conf.Settings
	box      *enforce.Box
	compiled *policy.RuleSet // of the settings as they are; nil: not yet
	made     map[string]*bench
}

// maxBenches is how many are kept at a time: they are some megabytes each.
const maxBenches = 8

// at returns a bench of the rules as they hold at t, if that is zero of all rules,
// with nothing in its tables.
func (k *benches) at(t time.Time) (*bench, error) {
	then := k.settings.Always()
	if !t.IsZero() {
		then, _ = k.settings.At(t)
	}
	state := off(then)
	if b := k.made[state]; b != nil {
		return b, b.clear()
	}
	rules, err := k.compiled, error(nil)
	if rules == nil || state != off(k.settings) {
		rules, err = enforce.Rules(then, k.box)
	}
	if err != nil {
		return nil, err
	}
	if len(k.made) == maxBenches {
		clear(k.made)
	}
	b, err := newBench(k.settings, rules, k.box)
	k.made[state] = b
	return b, err
}

// off says which rules are off.
func off(s *conf.Settings) string {
	state := make([]byte, len(s.Policy.Rules))
	for i := range s.Policy.Rules {
		if s.Policy.Rules[i].Off {
			state[i] = 1
		}
	}
	return string(state)
}
