package control_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"sallyport/appliance/control"
	"sallyport/appliance/control/controltest"
)

// What is said of a change is bounded: the history keeps it, and a listing shows
// it. The longest that is taken is counted in characters, not in bytes.
func TestChangeIsBounded(t *testing.T) {
	const week = 7 * 24 * 3600
	longest := strings.Repeat("ü", control.MaxComment)
	c := control.NewClient(controltest.Serve(t, controltest.New()))
	for _, o := range []struct {
		confirm int64
		comment string
		wrong   string // "": it is taken
	}{
		{0, "", ""},
		{week, longest, ""},
		{week + 1, "", "confirm within 604801 s is not between 1 s and a week"},
		{-1, "", "confirm within -1 s is not between 1 s and a week"},
		{0, longest + "!", "a comment of 1001 characters is longer than 1000: nothing was changed"},
	} {
		_, committed := c.Commit(t.Context(), control.Commit{Confirm: o.confirm, Comment: o.comment})
		_, rolledBack := c.Rollback(t.Context(), control.Rollback{Confirm: o.confirm, Comment: o.comment})
		for what, err := range map[string]error{"commit": committed, "rollback": rolledBack} {
			if o.wrong == "" && err == nil {
				continue
			}
			if refused := new(control.ConfigError); !errors.As(err, &refused) || refused.Message != o.wrong {
				t.Errorf("%s, confirm %d, %d bytes of comment: %v, want %q", what, o.confirm, len(o.comment), err, o.wrong)
			}
		}
	}
}

func TestOpenAPIHasTheBoundsOfAChange(t *testing.T) {
	for _, name := range []string{"Commit", "Rollback"} {
		if !strings.Contains(section(control.OpenAPI(), "    "+name+":"), fmt.Sprintf("comment: {type: string, maxLength: %d}", control.MaxComment)) {
			t.Errorf("%s: no maxLength, or another", name)
		}
	}
}
