package policy

import (
	"testing"

	"sallyport/netstack"
)

func TestEvaluateMapped(t *testing.T) {
	s := publishedSpec()
	s.Rules = s.Rules[:2]
	s.Rules = append(s.Rules, Rule{Name: "no-smb", From: AnyZone, To: FromInside, Service: ports("udp/445"), Action: netstack.Reject})
	rs := compiled(t, s, home())
	for _, c := range []struct {
		packet, inside string
		want           string
	}{
		{"outside udp 1.1.1.1:9 203.0.113.7:4000", "10.1.0.5:5000", "pass by  to inside, to 10.1.0.5 port 5000 by internet"},
		{"outside udp 1.1.1.1:9 203.0.113.7:4000", "10.1.0.5:445", "reject (policy) by no-smb to inside, to 10.1.0.5 port 445 by internet"},
		{"outside tcp 1.1.1.1:9 203.0.113.7:4000", "10.1.0.10:80", "pass by www to inside, to 10.1.0.10 port 80 by internet"},
		{"outside icmp/8/0 1.1.1.1 203.0.113.7", "10.1.0.5:77", "pass by  to inside, to 10.1.0.5 port 77 by internet"},
		{"outside udp 1.1.1.1:9 203.0.113.7:4000", "10.2.0.5:5000", "drop (no-route) by default to outside"},
		{"outside udp 1.1.1.1:9 203.0.113.7:4000", "10.1.0.1:5000", "drop (no-route) by default to self"},
	} {
		a, port := endpoint(c.inside)
		got := told(rs, rs.EvaluateMapped(arriving(c.packet), MappedEnd{a, port, netstack.Inside, 3}))
		if got != c.want {
			t.Errorf("%s for %s\n got %s\nwant %s", c.packet, c.inside, got, c.want)
		}
	}
}

func Test4787REQ9aHairpinToAMappingHasTheExternalSource(t *testing.T) {
	rs := compiled(t, Spec{NAT: publishedSpec().NAT}, home())
	a, port := endpoint("10.1.0.6:5000")
	got := told(rs, rs.EvaluateMapped(arriving("inside udp 10.1.0.5:9 203.0.113.7:4000"), MappedEnd{a, port, netstack.Inside, 3}))
	if want := "pass by  to inside, to 10.1.0.6 port 5000 by internet, from 203.0.113.7 by internet"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
