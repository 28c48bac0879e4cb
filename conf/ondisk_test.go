package conf

import (
	"os"
	"testing"
)

func TestOnDisk(t *testing.T) {
	const files = "== main.toml\ninclude = [\"d/*.toml\", \"x.toml\"]\n== d/a.toml\n== d/.lock.toml\n== x.toml\n"
	for name, c := range map[string]struct {
		change func() error
		same   bool
	}{
		"nothing":                   {func() error { return nil }, true},
		"written again":             {func() error { return os.WriteFile("d/a.toml", nil, 0o600) }, true},
		"another file":              {func() error { return os.WriteFile("y.toml", nil, 0o600) }, true},
		"hidden":                    {func() error { return os.WriteFile("d/.b.toml", nil, 0o600) }, true},
		"edited":                    {func() error { return os.WriteFile("main.toml", []byte("# new"), 0o600) }, false},
		"an included one is edited": {func() error { return os.WriteFile("x.toml", []byte("# new"), 0o600) }, false},
		"gone":                      {func() error { return os.Remove("x.toml") }, false},
		"another one matches":       {func() error { return os.WriteFile("d/b.toml", nil, 0o600) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			tree(t, files)
			s, err := Load("main.toml")
			if err != nil {
				t.Fatal(err)
			}
			again, err := ParseFiles(s.Files...)
			if err != nil {
				t.Fatal(err)
			}
			if err := c.change(); err != nil {
				t.Fatal(err)
			}
			if s.OnDisk() != c.same || again.OnDisk() != c.same {
				t.Errorf("%v as loaded, %v as kept, want %v", s.OnDisk(), again.OnDisk(), c.same)
			}
		})
	}
}
