package demo

import (
	"errors"
	"testing"
)

func TestFirewallThatEndsEarly(t *testing.T) {
	for says, err := range map[string]error{"exit status 0": nil, "exit status 2": errors.New("exit status 2")} {
		if got, want := endedEarly(err).Error(), "the firewall ended before it was ready: "+says; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
