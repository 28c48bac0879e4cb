package control_test

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sallyport/appliance/control"
)

// described reads the routes out of openapi.yaml: a path has two spaces before
// it, a method four.
func described() (routes []string) {
	path := ""
	for line := range strings.Lines(section(control.OpenAPI(), "paths:")) {
		if m := regexp.MustCompile(`^  (/\S+):`).FindStringSubmatch(line); m != nil {
			path = m[1]
		}
		if m := regexp.MustCompile(`^    (get|put|post|delete|patch):`).FindStringSubmatch(line); m != nil {
			routes = append(routes, strings.ToUpper(m[1])+" "+path)
		}
	}
	return routes
}

// section returns the lines below one that is heading, as far as they are
// indented more.
func section(text, heading string) string {
	indent := len(heading) - len(strings.TrimLeft(heading, " "))
	var b strings.Builder
	in := false
	for line := range strings.Lines(text) {
		if in && len(line)-len(strings.TrimLeft(line, " ")) <= indent {
			break
		}
		if in {
			b.WriteString(line)
		}
		in = in || strings.TrimRight(line, "\n") == heading
	}
	return b.String()
}

func TestOpenAPIHasEveryRoute(t *testing.T) {
	want := control.Routes()
	got := described()
	slices.Sort(want)
	slices.Sort(got)
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("served (-), described (+):\n%s", d)
	}
}

func TestOpenAPIHasEveryField(t *testing.T) {
	for _, v := range []any{
		control.Status{}, control.PolicyStatus{}, control.RematchStatus{}, control.SessionStatus{}, control.SnapshotStatus{}, control.SideStatus{}, control.GuardStatus{}, control.Tuple{},
		control.Session{}, control.Stat{}, control.Asymmetric{}, control.Rule{}, control.Timeout{}, control.Datagram{}, control.Mapping{}, control.External{}, control.Killed{}, control.Fault{}, control.Place{},
		control.Consent{}, control.Reloaded{}, control.File{}, control.Commit{}, control.Rollback{}, control.Committed{}, control.Change{},
		control.Question{}, control.Explanation{}, control.Step{}, control.Considered{},
		control.PendingStatus{}, control.Compared{}, control.Difference{},
	} {
		typ := reflect.TypeOf(v)
		var want, got []string
		for i := range typ.NumField() {
			name, _, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
			want = append(want, name)
		}
		for line := range strings.Lines(section(control.OpenAPI(), "    "+typ.Name()+":")) {
			if m := regexp.MustCompile(`^        (\w+): `).FindStringSubmatch(line); m != nil {
				got = append(got, m[1])
			}
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s in Go (-), described (+):\n%s", typ.Name(), d)
		}
	}
}
