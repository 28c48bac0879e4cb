package conf

import "testing"

func TestEveryFaultOnce(t *testing.T) {
	_, err := Parse("f", []byte(`
[addresses]
bad = ["10.0.0.300"]
uses = ["bad", "bad"]
[[rule]]
name = "a"
action = "drop"
source = ["bad", "uses"]
[[rule]]
name = "b"
action = "drop"
destination = ["uses"]
`))
	if got := err.Error(); got != `f:3:8: "10.0.0.300" is not an address` {
		t.Errorf("got %s", got)
	}
}

// TestNoFaultFromAFault has lists whose good half is of one family: that they
// seem to match nothing is not to be told, as the other half is not known.
func TestNoFaultFromAFault(t *testing.T) {
	_, err := Parse("f", []byte(`
[addresses]
bad = ["10.0.0.300", "fd00::1"]
uses = ["bad"]
[services]
worse = ["icmpv6", "tpc/80"]
[[rule]]
name = "a"
action = "drop"
family = "ipv4"
source = ["uses"]
[[rule]]
name = "b"
action = "drop"
destination = ["10.0.0.1"]
service = ["worse"]
[[nat]]
name = "c"
type = "dnat"
destination = ["bad"]
service = ["worse"]
translate_to = "10.1.0.1:80"
`))
	want := `f:3:8: "10.0.0.300" is not an address` + "\n" + `f:6:20: unknown protocol "tpc"; did you mean "tcp"?`
	if got := err.Error(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
