package demo

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"
)

// story is what must be in it, in this order.
var story = regexp.MustCompile(`(?s)ready: .*-> 200 .*come from 192\.0\.2\.1\n.*no answer .*` +
	`reply from 192\.0\.2\.10: .*Gbit/s.*from 192\.0\.2\.1:.*established.*policy +0 +[1-9].*nothing passes`)

func TestDemoTellsItsStoryAndLeavesNothing(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root: it makes network namespaces")
	}
	program := filepath.Join(t.TempDir(), "sallyport")
	if out, err := exec.Command("go", "build", "-o", program, "sallyport/cmd/sallyport").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	before := leavings(t)
	var out bytes.Buffer
	err := Run(context.Background(), Options{Out: &out, Program: program, Driver: "auto", Bulk: 200 * time.Millisecond})
	if err != nil || !story.Match(out.Bytes()) {
		t.Errorf("%v\n%s", err, out.String())
	}
	if after := leavings(t); after != before {
		t.Errorf("left behind:\n%s\nbefore:\n%s", after, before)
	}
}

// leavings lists what the demo could forget: namespaces and temporary folders.
func leavings(t *testing.T) string {
	t.Helper()
	var all string
	for _, pattern := range []string{fmt.Sprintf("/run/netns/sp%d-*", os.Getpid()), filepath.Join(os.TempDir(), "sallyport-demo-*")} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range names {
			all += n + "\n"
		}
	}
	return all
}
