package integration

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"os/exec"
	"strings"
)

// ask runs a command that speaks to the firewall.
func (f *firewall) ask(args ...string) ([]byte, error) {
	cmd := exec.Command(sallyport(f.t), append(args, "--socket", f.socket)...)
	cmd.Env = cleanEnv()
	return cmd.Output()
}

// lines runs a command that lists and decodes each line.
func lines[T any](f *firewall, args ...string) (all []T) {
	f.t.Helper()
	out, err := f.ask(append(args, "--json")...)
	if err != nil {
		f.t.Fatalf("sallyport %s: %v", strings.Join(args, " "), err)
	}
	for scan := bufio.NewScanner(bytes.NewReader(out)); scan.Scan(); {
		var v T
		if err := json.Unmarshal(scan.Bytes(), &v); err != nil {
			f.t.Fatalf("%s: %v", scan.Bytes(), err)
		}
		all = append(all, v)
	}
	return all
}

// stats returns how many packets met each fate, by the door they came in.
func (f *firewall) stats() (inside, outside map[string]uint64) {
	f.t.Helper()
	inside, outside = make(map[string]uint64), make(map[string]uint64)
	type stat struct {
		Reason          string
		Inside, Outside uint64
	}
	for _, s := range lines[stat](f, "stats") {
		inside[s.Reason], outside[s.Reason] = s.Inside, s.Outside
	}
	return inside, outside
}

// exitCode returns what a process ended with, -1 if by a signal or not at all.
func exitCode(err error) int {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return exit.ExitCode()
	}
	return -1
}
