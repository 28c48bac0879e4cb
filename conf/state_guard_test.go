package conf

import "testing"

// TestSYNGuard: where nothing is said, it is a part of the table, and not too
// small a number.
func TestSYNGuard(t *testing.T) {
	for text, want := range map[string]int{
		"":                                  8192,
		"[state]\n":                         8192,
		"[state]\nmax_sessions = 1000000\n": 31250,
		"[state]\nmax_sessions = 64\n":      1024,
		"[state]\nsyn_guard = 500\n":        500,
		"[state]\nsyn_guard = 0\n":          0,
		"[state]\nsyn_guard = 9\nmax_sessions = 64\n": 9,
	} {
		s, err := Parse("test.toml", []byte(text))
		if err != nil || s.State.SYNGuard != want {
			t.Errorf("%q: %d, %v; want %d", text, s.State.SYNGuard, err, want)
		}
	}
	if s := Defaults("eth0", "eth1"); s.State.SYNGuard != 8192 {
		t.Errorf("without a file: %d", s.State.SYNGuard)
	}
}
