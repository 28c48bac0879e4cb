package plumbing

import (
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// Without CAP_NET_ADMIN the error says what was tried and what is missing.
func TestWithoutThePrivilege(t *testing.T) {
	l := newLab(t)
	before := l.snapshot()
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var none [2]unix.CapUserData
	l.must(unix.Capset(&header, &none[0])) // of this thread alone, which ends with the test
	_, err := Prepare(spec(), "")
	if err == nil {
		t.Fatal("it worked")
	}
	for _, part := range []string{"ip -4 route replace blackhole default", "operation not permitted", "--cap-add NET_ADMIN"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q does not speak of %q", err, part)
		}
	}
	l.unchanged(before)
}
