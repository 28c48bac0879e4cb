package netstack_test

import (
	"testing"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

func TestMakeChallenge(t *testing.T) {
	for _, ends := range [][2]string{{"198.51.100.7:4000", "192.0.2.1:80"}, {"[2001:db8::7]:4000", "[2001:db8::1]:80"}} {
		syn := nettest.TCP(ends[0], ends[1], nettest.Flags("S"), nettest.Seq(5)).Parse(t, netstack.Outside)
		f := netstack.NewFrame()
		syn.MakeChallenge(f, 77)
		nettest.Check(t, nettest.Of(f), nettest.From(ends[1]), nettest.To(ends[0]), nettest.Segment("A", ^uint32(77), 77))
	}
}
