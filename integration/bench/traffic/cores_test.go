package traffic

import (
	"testing"

	"golang.org/x/sys/unix"
)

func TestCoresAreTheEndsOfWhatIsAllowed(t *testing.T) {
	for _, c := range []struct {
		allowed []int
		want    Cores
	}{
		{[]int{0, 1}, Cores{0, 1}},
		{[]int{7, 2, 5}, Cores{2, 7}},
		{[]int{64, 130}, Cores{64, 130}},
		{[]int{3}, Cores{3, 3}},
	} {
		var set unix.CPUSet
		for _, core := range c.allowed {
			set.Set(core)
		}
		if got := ends(&set); got != c.want {
			t.Errorf("of %v: %v, want %v", c.allowed, got, c.want)
		}
	}
}
