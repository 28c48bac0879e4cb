package plumbing

import (
	"testing"

	"sallyport/netstack"
)

// The kernel refuses a rule whose range ends in 65535.
func TestMatchablePorts(t *testing.T) {
	for _, c := range []struct{ r, want netstack.PortRange }{
		{netstack.PortRange{First: 1, Last: 65535}, netstack.PortRange{}},
		{netstack.PortRange{}, netstack.PortRange{}},
		{netstack.PortRange{First: 1024, Last: 65535}, netstack.PortRange{First: 1024, Last: 65534}},
		{netstack.PortRange{First: 22, Last: 22}, netstack.PortRange{First: 22, Last: 22}},
	} {
		if got := matchable(c.r); got != c.want {
			t.Errorf("%v: %v, want %v", c.r, got, c.want)
		}
	}
}
