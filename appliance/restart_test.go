package appliance

import (
	"reflect"
	"testing"

	"sallyport/conf"
)

// What needs a restart is refused where the file says it, each setting by what it
// was and what it would be; one that is no longer said, where it could be.
func TestRestartIsWantedWithThePlace(t *testing.T) {
	read := func(text string) *conf.Settings {
		s, err := conf.Parse("a.toml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	was := read("[tun]\nqueues = 2\n[state]\nmax_sessions = 77\n")
	for text, want := range map[string]string{
		"[tun]\nqueues = 2\n[state]\nmax_sessions = 77\nprofile = \"loose\"\n": "",
		"[tun]\nqueues = 3\n[state]\nmax_sessions = 78\n": "a.toml:2:10: tun.queues: 2 -> 3 needs a restart; set it back, or restart\n" +
			"a.toml:4:16: state.max_sessions: 77 -> 78 needs a restart; set it back, or restart",
		"[tun]\n[state]\nmax_sessions = 77\n":                              "a.toml:1:1: tun.queues: 2 -> 0 needs a restart; set it back, or restart",
		"tun.queues = 2\nstate.max_sessions = 77\nlog.file = \"/tmp/x\"\n": `a.toml:3:12: log.file: "" -> "/tmp/x" needs a restart; set it back, or restart`,
	} {
		err := wantRestart(was, read(text))
		if err == nil && want != "" || err != nil && err.Error() != want {
			t.Errorf("%q:\n%v, want\n%s", text, err, want)
		}
	}
}

// No setting of the devices and of the control socket can change in a process
// that runs, one that is new here neither.
func TestDevicesAndControlAreFixed(t *testing.T) {
	was := conf.Defaults("eth0", "eth1")
	for _, section := range []func(*conf.Settings) any{
		func(s *conf.Settings) any { return &s.TUN },
		func(s *conf.Settings) any { return &s.Control },
	} {
		for i := range reflect.TypeOf(section(was)).Elem().NumField() {
			is := *was
			of := reflect.ValueOf(section(&is)).Elem()
			switch field := of.Field(i); field.Kind() {
			case reflect.String:
				field.SetString("another")
			default:
				field.SetInt(field.Int() + 1)
			}
			if reflect.DeepEqual(fixed(was), fixed(&is)) {
				t.Errorf("%v: another %s is no change", of.Type(), of.Type().Field(i).Name)
			}
		}
	}
}
