package traffic

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"sallyport/appliance/lab"
)

// Arrived is what an interface has received.
type Arrived struct{ Packets, Bytes float64 }

// Count returns what a host's eth0 has received since it was made.
func Count(h *lab.Host) (a Arrived, err error) {
	err = h.Do(func() error {
		text, err := os.ReadFile("/proc/thread-self/net/dev")
		if err != nil {
			return err
		}
		for line := range strings.Lines(string(text)) {
			name, counters, _ := strings.Cut(strings.TrimSpace(line), ":")
			if f := strings.Fields(counters); name == "eth0" && len(f) > 1 {
				a.Bytes, _ = strconv.ParseFloat(f[0], 64)
				a.Packets, _ = strconv.ParseFloat(f[1], 64)
				return nil
			}
		}
		return fmt.Errorf("%s has no eth0", h.Name)
	})
	return a, err
}

// Since is what has arrived after before.
func (a Arrived) Since(before Arrived) Arrived {
	return Arrived{a.Packets - before.Packets, a.Bytes - before.Bytes}
}

// Datagrams is how many of the kind Datagrams arrived, those counted that came in
// super-packets: what is not headers is payload.
func (a Arrived) Datagrams() float64 { return max(0, (a.Bytes-Overhead*a.Packets)/Payload) }
