package counts

import (
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// kinds are those of Command packets.
var kinds = []string{"established", "new-flow", "refused"}

func TestPacketsAllocateNothing(t *testing.T) {
	packets := build(t, "sallyport/integration/counts/packets")
	const n = 20000
	for _, kind := range kinds {
		out, err := exec.Command(packets, kind, strconv.Itoa(n)).CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v: %s", kind, err, out)
		}
		// The runtime has some of its own, now and then.
		if allocations, err := strconv.Atoi(strings.TrimSpace(string(out))); err != nil || allocations > n/1000 {
			t.Errorf("%s: %d allocations for %d packets, %v", kind, allocations, n, err)
		}
	}
}

// TestInstructions counts those of a packet: of many packets less those of few,
// so that the start of the program is not among them.
func TestInstructions(t *testing.T) {
	need(t, false, "valgrind")
	packets := build(t, "sallyport/integration/counts/packets")
	const few, many = 1000, 11000
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			n := instructions(t, packets, kind, many) - instructions(t, packets, kind, few)
			within(t, "instructions, "+kind, float64(n)/(many-few))
		})
	}
}

var counted = regexp.MustCompile(`Collected : (\d+)`)

// instructions runs the program on one processor, without garbage collection and
// without being interrupted by itself: what remains is the same each time.
func instructions(t *testing.T, program, kind string, packets int) int {
	t.Helper()
	c := exec.Command("valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program, kind, strconv.Itoa(packets))
	c.Env = append(os.Environ(), "GOMAXPROCS=1", "GOGC=off", "GODEBUG=asyncpreemptoff=1")
	out, err := c.CombinedOutput()
	m := counted.FindSubmatch(out)
	if err != nil || m == nil {
		t.Fatalf("valgrind: %v\n%s", err, out)
	}
	n, err := strconv.Atoi(string(m[1]))
	if err != nil {
		t.Fatal(err)
	}
	return n
}
