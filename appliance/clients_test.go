package appliance

import (
	"slices"
	"testing"

	"sallyport/appliance/plumbing"
	"sallyport/netstack"
)

func portRange(first, last uint16) netstack.PortRange {
	return netstack.PortRange{First: first, Last: last}
}

func service(side netstack.Side, first, last uint16) plumbing.Service {
	return plumbing.Service{From: side, Protocol: netstack.UDP, Ports: portRange(first, last)}
}

// TestClientPorts: what the kernel's rules keep for the box's clients, less what
// they steer through the firewall.
func TestClientPorts(t *testing.T) {
	ephemeral := portRange(32768, 60999)
	refused := func(first, last uint16) plumbing.SelfService {
		return plumbing.SelfService{Service: service(netstack.Outside, first, last)}
	}
	for name, c := range map[string]struct {
		spec plumbing.Spec
		want []netstack.PortRange
	}{
		"nothing else":            {plumbing.Spec{}, []netstack.PortRange{ephemeral}},
		"translated, below":       {plumbing.Spec{Steered: []plumbing.Service{service(netstack.Outside, 80, 80)}}, []netstack.PortRange{ephemeral}},
		"translated, the first":   {plumbing.Spec{Steered: []plumbing.Service{service(netstack.Outside, 32768, 32768)}}, []netstack.PortRange{portRange(32769, 60999)}},
		"translated, the last":    {plumbing.Spec{Steered: []plumbing.Service{service(netstack.Outside, 60999, 60999)}}, []netstack.PortRange{portRange(32768, 60998)}},
		"translated, across":      {plumbing.Spec{Steered: []plumbing.Service{service(netstack.Outside, 100, 40000)}}, []netstack.PortRange{portRange(40001, 60999)}},
		"translated, all":         {plumbing.Spec{Steered: []plumbing.Service{service(netstack.Outside, 1, 65535)}}, nil},
		"translated, inside only": {plumbing.Spec{Steered: []plumbing.Service{service(netstack.Inside, 40000, 40000)}}, []netstack.PortRange{ephemeral}},
		"refused, within": {plumbing.Spec{Self: []plumbing.SelfService{refused(40000, 40010), refused(50000, 50000)}},
			[]netstack.PortRange{portRange(32768, 39999), portRange(40011, 49999), portRange(50001, 60999)}},
		"refused, to its edges":    {plumbing.Spec{Self: []plumbing.SelfService{refused(32768, 60999)}}, nil},
		"refused, across its edge": {plumbing.Spec{Self: []plumbing.SelfService{refused(1, 65535), refused(32767, 40000), refused(40000, 61000)}}, []netstack.PortRange{ephemeral}},
		"accepted, within": {plumbing.Spec{Self: []plumbing.SelfService{{Service: service(netstack.Outside, 40000, 40000), Accept: true}}},
			[]netstack.PortRange{ephemeral}},
	} {
		if got := clientPorts(c.spec, netstack.Outside, ephemeral); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
