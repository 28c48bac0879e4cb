package appliance

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"

	"sallyport/conf"
	"sallyport/netstack"
)

// published is a gateway with a translation of every kind.
const published = `
[[nat]]
name = "pool"
type = "snat"
to = "outside"
translate_to = ["203.0.113.16/30", "203.0.113.40", "2001:db8::40"]
[[nat]]
name = "ours"
type = "dnat"
from = "outside"
destination = ["self"]
service = ["tcp/40000"]
translate_to = "10.1.0.10"
[[nat]]
name = "spare"
type = "dnat"
from = "outside"
destination = ["203.0.113.7", "203.0.113.9", "!203.0.113.10"]
service = ["tcp/80"]
translate_to = "10.1.0.10"
[[nat]]
name = "all"
type = "dnat"
from = "inside"
destination = ["any"]
service = ["udp/53"]
translate_to = "192.0.2.53"
[[nat]]
name = "host"
type = "static"
from = "inside"
to = "outside"
source = ["10.1.0.25"]
translate_to = "203.0.113.25"
[[nat]]
name = "kept-out"
type = "dnat"
from = "outside"
destination = ["self"]
service = ["tcp/40001"]
translate_to = "10.1.0.10"
hairpin = false
`

func TestAddressesThatTranslationsUse(t *testing.T) {
	s, err := conf.Parse("nat.toml", []byte(published))
	if err != nil {
		t.Fatal(err)
	}
	want := "[203.0.113.16/30 203.0.113.40/32 2001:db8::40/128 0.0.0.0/0 ::/0 203.0.113.7/32 203.0.113.9/32 203.0.113.25/32 0.0.0.0/0 ::/0]"
	if got := fmt.Sprint(externalOn(netstack.Outside, s.Policy.NAT)); got != want {
		t.Errorf("outside\n got %s\nwant %s", got, want)
	}
	if got, want := fmt.Sprint(externalOn(netstack.Inside, s.Policy.NAT)), "[0.0.0.0/0 ::/0]"; got != want {
		t.Errorf("inside\n got %s\nwant %s", got, want)
	}
}

// The kernel must not take for its own what the inside sends to a published port
// of the outer address, and must have all else that is sent there.
func Test4787REQ9HairpinnedPortsAreSteered(t *testing.T) {
	s, err := conf.Parse("nat.toml", []byte(published))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, service := range hairpinned(s.Policy.NAT, []netip.Prefix{netip.MustParsePrefix("203.0.113.7/24"), netip.MustParsePrefix("2001:db8::7/64")}) {
		got = append(got, fmt.Sprintf("%v %v to %v port %d", service.From, service.Protocol, service.Destination, service.Ports.First))
	}
	want := []string{
		"inside tcp to 203.0.113.7/32 port 40000", "inside tcp to 2001:db8::7/128 port 40000", "inside tcp to 203.0.113.7/32 port 80",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}
