package diff

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"sallyport/conf"
)

const running = `
[state]
max_sessions = 1000
[state.timeouts]
tcp_established = "1h"
[addresses]
lan  = ["10.1.0.0/24", "10.2.0.0/24"]
gone = ["10.9.0.0/24"]
[[rule]]
name = "a"
service = ["http"]
action = "accept"
[[rule]]
name = "b"
action = "drop"
[[rule]]
name = "c"
action = "accept"
[[rule]]
name = "d"
action = "accept"
[[nat]]
name = "internet"
type = "masquerade"
to = "outside"
`

// TestOf changes one thing at a time.
func TestOf(t *testing.T) {
	for _, c := range []struct{ name, old, new, want string }{
		{"nothing", "", "", ""},
		{"layout", "[state]\nmax_sessions = 1000\n", "# a comment\n[state]\nmax_sessions    = 1_000\n", ""},
		{"a setting", `"1h"`, `"2h"`, `setting state.timeouts.tcp_established changed {"value":"1h"} {"value":"2h"}`},
		{"a setting more", "1000\n", "1000\nrematch = \"keep\"\n", `setting state.rematch added null {"value":"keep"}`},
		{"a setting less", "max_sessions = 1000\n", "", `setting state.max_sessions removed {"value":1000} null`},
		{"a list", `"10.2.0.0/24"`, `"10.3.0.0/24"`, `addresses lan changed {"entries":["10.2.0.0/24"]} {"entries":["10.3.0.0/24"]}`},
		{"a list less", "gone = [\"10.9.0.0/24\"]\n", "", `addresses gone removed {"entries":["10.9.0.0/24"]} {}`},
		{"a rule", `service = ["http"]`, "service = [\"http\", \"https\"]\nlog = true",
			`rule a changed {"service":["http"]} {"log":true,"service":["http","https"]}`},
		{"a rule more", "[[nat]]", "[[rule]]\nname = \"e\"\naction = \"drop\"\n[[nat]]", `rule e added null {"action":"drop","number":5}`},
		{"a rule less", "[[rule]]\nname = \"b\"\naction = \"drop\"\n", "", `rule b removed {"action":"drop","number":2} null`},
		{"a rule with another name", `name = "d"`, `name = "e"`, "rule d removed {\"action\":\"accept\",\"number\":4} null\nrule e added null {\"action\":\"accept\",\"number\":4}"},
		{"two change places", "name = \"c\"\naction = \"accept\"\n[[rule]]\nname = \"d\"", "name = \"d\"\naction = \"accept\"\n[[rule]]\nname = \"c\"",
			`rule d moved {"number":4} {"number":3}`},
		{"translation", `"masquerade"`, `"none"`, `nat internet changed {"type":"masquerade"} {"type":"none"}`},
		{"a test", "[[nat]]", "[[test]]\nfrom = \"inside\"\n[[nat]]", `test  added null {"from":"inside"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if !strings.Contains(running, c.old) {
				t.Fatal("nothing to replace")
			}
			if got := say(t, running, strings.Replace(running, c.old, c.new, 1)); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func say(t *testing.T, was, is string) string {
	t.Helper()
	var lines []string
	for _, d := range Of(written(t, was), written(t, is)) {
		a, _ := json.Marshal(d.Was)
		b, _ := json.Marshal(d.Is)
		lines = append(lines, d.Kind+" "+d.Name+" "+d.Change+" "+string(a)+" "+string(b))
	}
	return strings.Join(lines, "\n")
}

func written(t *testing.T, text string) map[string]any {
	t.Helper()
	w, err := conf.Written(conf.File{Name: "f", Text: []byte(text)})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// TestLongestRise compares with trying all.
func TestLongestRise(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		list := r.Perm(r.IntN(10))
		rise, best := longestRise(list), 0
		for set := range 1 << len(list) {
			var picked []int
			for i := range list {
				if set>>i&1 != 0 {
					picked = append(picked, list[i])
				}
			}
			if slices.IsSorted(picked) {
				best = max(best, len(picked))
			}
		}
		var got []int
		for _, i := range rise {
			got = append(got, list[i])
		}
		if len(got) != best || !slices.IsSorted(got) || !slices.IsSorted(rise) {
			t.Fatalf("%v: %v, want %d of them", list, got, best)
		}
	}
}
