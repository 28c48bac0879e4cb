package policy

import (
	"net/netip"
	"testing"

	"sallyport/netstack"
)

// publishedSpec is a home whose server is published, with no rule about the
// inside speaking to itself, and everything else refused aloud.
func publishedSpec() Spec {
	return Spec{
		Rules: []Rule{
			{Name: "out", From: FromInside, To: FromOutside, Action: netstack.Pass},
			{Name: "www", From: FromOutside, To: FromInside, Source: addresses("!198.51.100.0/24"), Destination: addresses("10.1.0.10"), Service: ports("tcp/80"), Action: netstack.Pass},
			{Name: "rest", From: FromInside | FromOutside, To: AnyZone, Action: netstack.Drop},
		},
		NAT: []NAT{
			{Name: "www", Type: DNAT, From: FromOutside, Destination: addresses("203.0.113.7", "203.0.113.9", "0.0.0.0/0"), Service: ports("tcp/8080"), Targets: targets("10.1.0.10:80")},
			{Name: "ssh", Type: DNAT, From: FromOutside, Destination: addresses("self"), Service: ports("tcp/2222"), Targets: targets("10.1.0.10:22")},
			{Name: "internet", Type: Masquerade, From: FromInside, To: FromOutside, Family: IPv4},
		},
	}
}

func Test4787REQ9HairpinToAPublishedServer(t *testing.T) {
	rs := compiled(t, publishedSpec(), home())
	for packet, want := range map[string]string{
		"inside tcp 10.1.0.5:40000 203.0.113.7:8080": "pass by www to inside, to 10.1.0.10 port 80 by www, from 203.0.113.7 by internet",
		"inside tcp 10.1.0.5:40000 203.0.113.9:8080": "pass by www to inside, to 10.1.0.10 port 80 by www, from 203.0.113.7 by internet",
		"inside tcp 10.1.0.5:40000 203.0.113.7:2222": "drop (policy) by rest to inside, to 10.1.0.10 port 22 by ssh",
		"inside tcp 10.1.0.5:40000 10.1.0.1:8080":    "drop (policy) by rest to self",
		"inside tcp 10.1.0.5:40000 10.1.0.6:8080":    "drop (policy) by rest to inside",
		"inside tcp 10.1.0.5:40000 1.1.1.1:8080":     "pass by out to outside, from 203.0.113.7 by internet",
	} {
		if got := told(rs, rs.Evaluate(arriving(packet))); got != want {
			t.Errorf("%s\n got %s\nwant %s", packet, got, want)
		}
	}
}

func TestHairpinSwitchedOff(t *testing.T) {
	s := publishedSpec()
	s.NAT[0].NoHairpin = true
	rs := compiled(t, s, home())
	if got, want := told(rs, rs.Evaluate(arriving("inside tcp 10.1.0.5:40000 203.0.113.7:8080"))), "drop (policy) by rest to self"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// A hairpinned packet is refused where its like from the outside would be.
func TestHairpinAsksForTheExternalSource(t *testing.T) {
	s, box := publishedSpec(), home()
	box.Sides[netstack.Outside].Own[0] = netip.MustParseAddr("198.51.100.3")
	rs := compiled(t, s, box)
	want := "drop (policy) by rest to inside, to 10.1.0.10 port 80 by www"
	if got := told(rs, rs.Evaluate(arriving("inside tcp 10.1.0.5:40000 203.0.113.9:8080"))); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestHairpinWhereARuleOfTheInsideComesFirst(t *testing.T) {
	s := publishedSpec()
	s.Rules = append([]Rule{{Name: "guests", From: FromInside, To: FromInside, Source: addresses("10.1.0.5"), Action: netstack.Reject}}, s.Rules...)
	rs := compiled(t, s, home())
	want := "reject (policy) by guests to inside, to 10.1.0.10 port 80 by www"
	if got := told(rs, rs.Evaluate(arriving("inside tcp 10.1.0.5:40000 203.0.113.7:8080"))); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// What only named strangers may come to from outside is not for the inside.
func TestHairpinOfADNATForSomeAlone(t *testing.T) {
	s := publishedSpec()
	s.NAT[0].Source = addresses("198.18.0.0/15")
	rs := compiled(t, s, home())
	want := "drop (policy) by rest to self"
	if got := told(rs, rs.Evaluate(arriving("inside tcp 10.1.0.5:40000 203.0.113.7:8080"))); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
