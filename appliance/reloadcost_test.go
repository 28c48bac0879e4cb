package appliance

import (
	"syscall"
	"testing"
	"time"
)

// TestReloadAllocatesLittle: a tenth more than they do is the most that a reload and
// a commit may allocate for a rule, of few and of many.
func TestReloadAllocatesLittle(t *testing.T) {
	const most = 95
	for _, rules := range []int{1000, 10000} {
		for name, change := range changes(t, newLarge(t, rules), rules) {
			change() // the history begins
			if got := testing.AllocsPerRun(1, change) / float64(rules); got > most {
				t.Errorf("%s of %d rules: %.1f allocations a rule, at most %d", name, rules, got, most)
			}
		}
	}
}

// BenchmarkReload puts ten thousand other rules in force. The time of all
// processors is beside that of the clock, which waits for the disk too.
func BenchmarkReload(b *testing.B) {
	for name, change := range changes(b, newLarge(b, 10000), 10000) {
		b.Run(name, func(b *testing.B) {
			was := processors()
			for b.Loop() {
				change()
			}
			b.ReportMetric(float64((processors()-was).Microseconds())/1000/float64(b.N), "cpu-ms/op")
		})
	}
}

// processors is the time of all processors that this process has had.
func processors() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
