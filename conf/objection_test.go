package conf

import "testing"

// An objection to a setting is told where the setting is said, or would be.
func TestObjectionsHavePlaces(t *testing.T) {
	s, err := ParseFiles(
		File{"main.toml", []byte("include = [\"more.toml\"]\ntun.queues = 2\n[state]\nprofile = \"loose\"\n[state.fragments]\nper_source = 9\n")},
		File{"more.toml", []byte("[inside]\ninterface = \"eth0\"\n[log]\n")})
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{
		"tun.queues":                 "main.toml:2:14: no",
		"state.fragments.per_source": "main.toml:6:14: no",
		"state.fragments.max_bytes":  "main.toml:5:1: no", // its section
		"state.max_sessions":         "main.toml:3:1: no",
		"inside.interface":           "more.toml:2:13: no",
		"log.format":                 "more.toml:3:1: no",
		"control.socket":             "main.toml:1:1: no", // no section either
	} {
		if faults := s.Faults(Objection{key, "no"}); faults.Error() != want {
			t.Errorf("%s: %v, want %s", key, faults, want)
		}
	}
	all := s.Faults(Objection{"state.fragments.per_source", "c"}, Objection{"inside.interface", "d"}, Objection{"state.profile", "b"}, Objection{"tun.queues", "a"})
	if want := "main.toml:2:14: a\nmain.toml:4:11: b\nmain.toml:6:14: c\nmore.toml:2:13: d"; all.Error() != want {
		t.Errorf("not in the order of the files:\n%v", all)
	}
}
