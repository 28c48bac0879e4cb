package plumbing

import (
	"strings"
	"time"
)

// settle waits until the kernel has noticed that the cables are plugged in.
func (l *lab) settle() {
	l.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for range 600 {
		if l.settled("ip -4 route", "ip -6 route", "ip link", "ip addr") {
			return
		}
		<-tick.C
	}
	l.Fatal("no carrier")
}

func (l *lab) settled(listings ...string) bool {
	for _, c := range listings {
		out, _ := l.try(c)
		for _, word := range []string{"linkdown", "NO-CARRIER", "LOWERLAYERDOWN", "tentative", "state DOWN"} {
			if strings.Contains(out, word) {
				return false
			}
		}
	}
	return true
}
