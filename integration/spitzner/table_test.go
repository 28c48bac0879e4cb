package main

import (
	"regexp"
	"strings"
	"testing"
)

func TestSuiteIsWhole(t *testing.T) {
	ids := regexp.MustCompile(`^[SJ][1-9]\d?( [SJ][1-9]\d?)*$`)
	names := make(map[string]bool)
	for _, s := range suite {
		for _, e := range s.rows {
			switch {
			case names[e.name]:
				t.Errorf("%s: twice", e.name)
			case !ids.MatchString(e.ids):
				t.Errorf("%s: %q are no requirements", e.name, e.ids)
			case e.paper == "" || e.do == nil || e.fw1 == "" || e.strict == "":
				t.Errorf("%s: not whole", e.name)
			case strings.Contains(e.name+e.paper+e.fw1+e.strict+e.loose, "|"):
				t.Errorf("%s: a bar would end a cell of the table", e.name)
			}
			names[e.name] = true
		}
	}
}

var sample = experiment{ids: "S1", name: "a packet", paper: "passes", fw1: "passes", strict: "dropped", loose: ""}

func sampleTable(seen ...string) *table {
	t := &table{profiles: allProfiles, rows: []row{{&sample, &section{title: "Packets"}, nil}}}
	for i, s := range seen {
		t.rows[0].cells = append(t.rows[0].cells, cell{s, sample.must(allProfiles[i])})
	}
	return t
}

func TestTableIsRightIfEveryCellIs(t *testing.T) {
	for _, c := range []struct {
		seen  []string
		right bool
	}{
		{[]string{"passes", "dropped", "dropped"}, true},
		{[]string{"dropped", "dropped", "dropped"}, false},
		{[]string{"passes", "passes", "dropped"}, false},
		{[]string{"passes", "dropped", "passes"}, false},
		{[]string{"passes", "dropped", ""}, false},
	} {
		if sampleTable(c.seen...).right() != c.right {
			t.Errorf("%q: right is %v", c.seen, !c.right)
		}
	}
}

func TestTableInMarkdown(t *testing.T) {
	const want = "\n### Packets\n\n" +
		"| experiment | FireWall-1 4.1 in 2000 | `fw1` | `strict` | `loose` |\n" +
		"|---|---|---|---|---|\n" +
		"| a packet (S1) | passes | passes | dropped | WRONG: passes; must be: dropped |\n"
	var out strings.Builder
	sampleTable("passes", "dropped", "passes").printMarkdown(&out)
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", &out, want)
	}
}
