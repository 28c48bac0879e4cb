package conf

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestShapes: what readers ask for is what the schema says.
func TestShapes(t *testing.T) {
	s := shapeOf(func(v value) { empty().readFiles([]value{v}) })
	rule := s.fields["rule"].items
	for name, c := range map[string]struct{ got, want any }{
		"the words of an action":       {rule.fields["action"].words, []string{"accept", "drop", "reject"}},
		"what a rule needs":            {rule.required, []string{"action", "name"}},
		"a number's bounds":            {[]int{s.fields["tun"].fields["queues"].least, s.fields["tun"].fields["queues"].most}, []int{0, MaxQueues}},
		"a gateway alone or a list":    {s.fields["inside"].fields["gateway"].orAlone, true},
		"a source is a list":           {rule.fields["source"].orAlone, false},
		"services go by any name":      {s.fields["services"].rest.kind, listKind},
		"a timeout is a duration":      {rule.fields["timeouts"].fields["udp_single"].kind, durationKind},
		"schedules have keys of names": {s.fields["schedules"].rest.fields["hours"].kind, listKind},
	} {
		if diff := cmp.Diff(c.want, c.got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
