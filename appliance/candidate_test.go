package appliance

import (
	"testing"

	"sallyport/appliance/control"
	"sallyport/conf"
)

// What is wrong with a commit is told by the names that its files came with, also
// what is found when they are to be put in force.
func TestFaultsNameTheCandidate(t *testing.T) {
	a := &Appliance{from: Source{File: "/etc/sallyport.toml", Over: func(*conf.Settings) {}}}
	c, err := a.candidate([]control.File{
		{Name: "/home/ann/new.toml", Text: "include = [\"devices.toml\"]\nstate.max_sessions = 77\n"},
		{Name: "/home/ann/devices.toml", Text: "tun.queues = 3\n"},
	})
	if err != nil || c.files[0].Name != "/etc/sallyport.toml" || c.files[1].Name != "/etc/devices.toml" {
		t.Fatalf("%+v, %v", c.files, err)
	}
	was, err1 := a.from.parse(c.files[1:])
	is, err2 := a.from.parse(c.files)
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	was.TUN.Queues = 2
	err = c.named(wantRestart(was, is))
	if want := "/home/ann/new.toml:2:22: state.max_sessions: 262144 -> 77 needs a restart; set it back, or restart\n" +
		"/home/ann/devices.toml:1:14: tun.queues: 2 -> 3 needs a restart; set it back, or restart"; err == nil || err.Error() != want {
		t.Errorf("%v, want\n%s", err, want)
	}
}
