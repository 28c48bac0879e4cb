package result

import (
	"os"
	"strconv"
	"strings"
)

// CoreTime is what all cores together have spent since the machine began, in
// ticks of the kernel's; nothing if unknown.
type CoreTime struct{ all, steal float64 }

// Spent returns what has been spent until now.
func Spent() CoreTime {
	text, _ := os.ReadFile("/proc/stat")
	return coreTime(string(text))
}

// coreTime reads the first line: user, nice, system, idle, iowait, irq, softirq,
// steal, and what guests of this machine had, which user and nice have too.
func coreTime(stat string) (t CoreTime) {
	line, _, _ := strings.Cut(stat, "\n")
	f := strings.Fields(line)
	if len(f) < 9 || f[0] != "cpu" {
		return CoreTime{}
	}
	for _, ticks := range f[1:9] {
		n, err := strconv.ParseFloat(ticks, 64)
		if err != nil {
			return CoreTime{}
		}
		t.all, t.steal = t.all+n, n
	}
	return t
}

// Stolen is the part of the time since before, in percent, that this machine's
// host gave to others when it was wanted here; "" if unknown.
func (t CoreTime) Stolen(before CoreTime) string {
	if before.all == 0 || t.all <= before.all {
		return ""
	}
	return strconv.FormatFloat(100*(t.steal-before.steal)/(t.all-before.all), 'f', 1, 64)
}
