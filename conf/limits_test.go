package conf

import (
	"fmt"
	"strings"
	"testing"

	"sallyport/policy"
)

func TestTooLarge(t *testing.T) {
	_, err := Parse("f", []byte(strings.Repeat("#", maxText+1)))
	if err == nil || err.Error() != "f:1:1: larger than 16 MiB" {
		t.Errorf("got %v", err)
	}
}

// TestListsDoNotMultiply nests lists that each name the one before twice: sixty
// of them would hold 2^60 entries.
func TestListsDoNotMultiply(t *testing.T) {
	text := "[addresses]\na0 = [\"10.0.0.1\", \"10.0.0.2\"]\n"
	for i := range 60 {
		text += fmt.Sprintf("a%d = [\"a%d\", \"a%d\"]\n", i+1, i, i)
	}
	text += "[[rule]]\nname = \"r\"\naction = \"drop\"\nsource = [\"a60\", \"a59\", \"!a60\"]"
	s, err := Parse("f", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(s.Policy.Rules[0].Source); n != 4 {
		t.Errorf("%d entries, want two and the same two negated", n)
	}
}

// TestLongListsHoldEachOnce joins two lists that overlap, and are longer than
// what is compared item by item.
func TestLongListsHoldEachOnce(t *testing.T) {
	var lists [2][]string
	for i := range 100 {
		lists[i%2] = append(lists[i%2], fmt.Sprintf("\"10.0.0.%d\"", i), fmt.Sprintf("\"10.0.0.%d\"", i/2))
	}
	s, err := Parse("f", []byte(fmt.Sprintf(`
[addresses]
even = [%s]
odd = [%s]
[[rule]]
name = "alone"
action = "drop"
source = ["even"]
[[rule]]
name = "both"
action = "drop"
source = ["10.0.0.99", "even", "odd", "even"]
[[rule]]
name = "but"
action = "drop"
source = ["!even"]
`, strings.Join(lists[0], ","), strings.Join(lists[1], ","))))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{75, 100, 75} {
		r := s.Policy.Rules[i]
		once := map[policy.Address]bool{}
		for _, a := range r.Source {
			once[a] = true
			if a.Negate != (r.Name == "but") {
				t.Errorf("%s: %+v", r.Name, a)
			}
		}
		if len(once) != want || len(r.Source) != want {
			t.Errorf("%s: %d entries, %d of them different, want %d", r.Name, len(r.Source), len(once), want)
		}
	}
}

// TestListsNestedDeep has a chain of lists that only a deep stack could follow.
func TestListsNestedDeep(t *testing.T) {
	text := "[services]\n"
	for i := range 1000 {
		text += fmt.Sprintf("s%d = [\"s%d\"]\n", i, i+1)
	}
	_, err := Parse("f", []byte(text))
	if err == nil || !strings.Contains(err.Error(), "nested more than 32 deep") {
		t.Errorf("got %.200v", err)
	}
}

// TestBounds tries the last value that is good and the first that is not.
func TestBounds(t *testing.T) {
	rule := "[[rule]]\naction = \"drop\"\nname = \"r\"\n"
	for _, c := range []struct{ before, good, bad string }{
		{"[tun]\nqueues = ", "0", "-1"},
		{"[tun]\nqueues = ", "16", "17"},
		{"[tun]\nqueue_length = ", "64", "63"},
		{"[tun]\nqueue_length = ", "65536", "65537"},
		{"[tun]\nbusy_poll = ", `"0s"`, `"-1us"`},
		{"[tun]\nbusy_poll = ", `"1ms"`, `"1001us"`},
		{"[state]\nmax_sessions = ", "16", "15"},
		{"[state]\nmax_sessions = ", "16777216", "16777217"},
		{"[state]\nsyn_guard = ", "0", "-1"},
		{"[state]\nsyn_guard = ", "16777216", "16777217"},
		{"[state]\nsnapshot_interval = ", `"1s"`, `"999ms"`},
		{"[state]\nsnapshot_interval = ", `"24h"`, `"24h1s"`},
		{"[state]\nsnapshot = ", `""`, `"x"`},
		{"[state.timeouts]\nudp_single = ", `"1s"`, `"999ms"`},
		{"[state.timeouts]\nudp_single = ", `"720h"`, `"720h1s"`},
		{"[state.fragments]\nmax_bytes = ", "0", "-1"},
		{"[state.fragments]\nmax_bytes = ", "1073741824", "1073741825"},
		{"[state.fragments]\nmax_datagrams = ", "0", "-1"},
		{"[state.fragments]\nmax_datagrams = ", "1048576", "1048577"},
		{"[state.fragments]\nper_source = ", "1", "0"},
		{"[state.fragments]\nper_source = ", "1048576", "1048577"},
		{"[state.fragments]\ntimeout = ", `"1s"`, `"999ms"`},
		{"[state.fragments]\ntimeout = ", `"1m"`, `"61s"`},
		{"[control]\nsocket = ", `"/` + strings.Repeat("a", 106) + `"`, `"/` + strings.Repeat("a", 107) + `"`},
		{"[inside]\ntun = ", `"fifteen-bytes-x"`, `"sixteen-bytes-xx"`},
		{"[[rule]]\naction = \"drop\"\nname = ", `"` + strings.Repeat("a", 63) + `"`, `"` + strings.Repeat("a", 64) + `"`},
		{rule + "service = ", `["tcp/65535"]`, `["tcp/65536"]`},
		{rule + "service = ", `["tcp/80-80"]`, `["tcp/80-79"]`},
		{rule + "source = ", `["10.0.0.1-10.0.0.1"]`, `["10.0.0.1-10.0.0.0"]`},
		{rule + "source = ", `["10.0.0.0/31"]`, `["10.0.0.1/31"]`},
		{rule + "family = \"ipv6\"\nsource = ", `["!10.0.0.1"]`, `["10.0.0.1", "!fd00::1"]`},
		{rule + "to = \"outside\"\nfrom = ", `"any"`, `"outside"`},
	} {
		if _, err := Parse("f", []byte(c.before+c.bad)); err == nil {
			t.Errorf("%s%s is taken", c.before, c.bad)
		}
		if _, err := Parse("f", []byte(c.before+c.good)); err != nil {
			t.Errorf("%s%s: %v", c.before, c.good, err)
		}
	}
}

func TestGatewayLength(t *testing.T) {
	for _, c := range []struct{ networks, gateway, want string }{
		{`["10.0.0.0/8", "10.1.0.0/24", "10.1.0.0/16"]`, `"10.1.0.1"`, "[10.1.0.1/24]"},
		{`["10.0.0.0/8", "10.1.0.0/24"]`, `"10.1.0.1/25"`, "[10.1.0.1/25]"},
		{`["10.0.0.0/8", "fd00::/64"]`, `["fd00::1", "10.1.0.1"]`, "[fd00::1/64 10.1.0.1/8]"},
		{`["10.0.0.0/31"]`, `"10.0.0.0"`, "[10.0.0.0/31]"},
	} {
		s, err := Parse("f", []byte("[inside]\ninterface = \"eth0\"\nnetworks = "+c.networks+"\ngateway = "+c.gateway))
		if err != nil {
			t.Errorf("%s in %s: %v", c.gateway, c.networks, err)
		} else if got := fmt.Sprint(s.Sides[0].Gateway); got != c.want {
			t.Errorf("%s in %s: %s, want %s", c.gateway, c.networks, got, c.want)
		}
	}
	s, err := Parse("f", []byte("[inside]\ninterface = \"eth0\"\ngateway = \"10.1.0.1\""))
	if err != nil || fmt.Sprint(s.Sides[0].Gateway) != "[10.1.0.1/32]" {
		t.Errorf("alone: %v", err)
	}
}

// BenchmarkParse reads ten thousand rules, half of them by names.
func BenchmarkParse(b *testing.B) {
	var text strings.Builder
	text.WriteString("[addresses]\nlan = [\"10.1.0.0/24\"]\n")
	for i := range 10000 {
		fmt.Fprintf(&text, "[[rule]]\nname = \"r%d\"\nfrom = \"inside\"\nto = \"outside\"\nsource = [\"lan\"]\n", i)
		fmt.Fprintf(&text, "destination = [\"100.%d.%d.0/24\"]\nservice = [\"https\", \"tcp/8080-8090\"]\naction = \"accept\"\n", i/256, i%256)
	}
	for b.Loop() {
		if _, err := Parse("f", []byte(text.String())); err != nil {
			b.Fatal(err)
		}
	}
}

// TestGuessesAreBounded: of thousands of unknown names, the first have a hint.
func TestGuessesAreBounded(t *testing.T) {
	var text strings.Builder
	text.WriteString("[addresses]\n")
	for i := range 100 {
		fmt.Fprintf(&text, "host-%d = [\"10.0.0.1\"]\n", i)
	}
	for i := range 100 {
		fmt.Fprintf(&text, "[[rule]]\nname = \"r%d\"\naction = \"drop\"\nsource = [\"hots-%d\"]\n", i, i)
	}
	for i := range 100 {
		fmt.Fprintf(&text, "[[test]]\nfrom = \"inside\"\npacket = \"10.1.0.5 -> 1.1.1.1 tcp/80\"\nexpect = \"drop by rr%d\"\n", i)
	}
	_, err := Parse("f", []byte(text.String()))
	said := fmt.Sprint(err)
	if faults, lists, rules := strings.Count(said, "\n")+1, strings.Count(said, `did you mean "host-`), strings.Count(said, `did you mean "r`); faults != 200 || lists != maxGuesses || rules != maxGuesses {
		t.Errorf("%d faults, %d and %d hints, want 200 faults, and %d hints of each kind", faults, lists, rules, maxGuesses)
	}
}
