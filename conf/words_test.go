package conf

import (
	"testing"

	"sallyport/netstack"
	"sallyport/policy"
)

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"a", "", 1}, {"", "abc", 3}, {"action", "action", 0},
		{"acton", "action", 1}, {"acction", "action", 1}, {"axtion", "action", 1}, {"atcion", "action", 1},
		{"htps", "https", 1}, {"kitten", "sitting", 3}, {"ca", "abc", 3},
	} {
		if got := distance(c.a, c.b); got != c.want || distance(c.b, c.a) != c.want {
			t.Errorf("from %q to %q: %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

func TestDidYouMean(t *testing.T) {
	keys := []string{"action", "name", "to", "log", "from"}
	for word, want := range map[string]string{
		"acton": `; did you mean "action"?`, "nmae": `; did you mean "name"?`, "too": `; did you mean "to"?`,
		"form": `; did you mean "from"?`, "colour": "", "x": "",
	} {
		if got := didYouMean(word, keys); got != want {
			t.Errorf("%s: got %q, want %q", word, got, want)
		}
	}
}

// TestBuiltin parses every built-in service, so that naming one cannot fail.
func TestBuiltin(t *testing.T) {
	for name, literals := range builtin {
		if !isName(name) {
			t.Errorf("%q is not a name", name)
		}
		for _, l := range literals {
			if _, err := parseService(l); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

func TestParseService(t *testing.T) {
	all := netstack.PortRange{}
	for text, want := range map[string]policy.Service{
		"tcp":                          {Protocol: netstack.TCP, Destination: all},
		"tcp/443":                      {Protocol: netstack.TCP, Destination: netstack.PortRange{First: 443, Last: 443}},
		"udp/1-65535":                  {Protocol: netstack.UDP, Destination: netstack.PortRange{First: 1, Last: 65535}},
		"sctp/36412":                   {Protocol: netstack.SCTP, Destination: netstack.PortRange{First: 36412, Last: 36412}},
		"gre":                          {Protocol: netstack.GRE},
		"proto/47":                     {Protocol: netstack.GRE},
		"proto/0":                      {},
		"icmp":                         {Protocol: netstack.ICMP},
		"icmp/echo-request":            {Protocol: netstack.ICMP, ICMP: true, Type: 8, Code: -1},
		"icmp/3/4":                     {Protocol: netstack.ICMP, ICMP: true, Type: 3, Code: 4},
		"icmp/time-exceeded/0":         {Protocol: netstack.ICMP, ICMP: true, Type: 11, Code: 0},
		"icmpv6/echo-request":          {Protocol: netstack.ICMPv6, ICMP: true, Type: 128, Code: -1},
		"icmpv6/packet-too-big":        {Protocol: netstack.ICMPv6, ICMP: true, Type: 2, Code: -1},
		"icmpv6/255/255":               {Protocol: netstack.ICMPv6, ICMP: true, Type: 255, Code: 255},
		"icmp/0":                       {Protocol: netstack.ICMP, ICMP: true, Type: 0, Code: -1},
		"icmpv6/neighbor-solicitation": {Protocol: netstack.ICMPv6, ICMP: true, Type: 135, Code: -1},
	} {
		if got, err := parseService(text); err != nil || len(got) != 1 || got[0] != want {
			t.Errorf("%s: %+v and %v, want %+v", text, got, err, want)
		}
	}
}

// TestServiceLists: ports in a list, and ports that are come from.
func TestServiceLists(t *testing.T) {
	for text, want := range map[string]string{
		`["tcp/80,443, 8000-8090"]`:        " tcp/80-80 tcp/443-443 tcp/8000-8090",
		`["udp/123 from 123"]`:             " udp/123-123 from 123-123",
		`["tcp from 1024-65535"]`:          " tcp from 1024-65535",
		`["udp/500,4500 from 500,4500"]`:   " udp/500-500 from 500-500 udp/4500-4500 from 500-500 udp/500-500 from 4500-4500 udp/4500-4500 from 4500-4500",
		`["any"]`:                          "",
		`["any", "!ping"]`:                 " !icmp/8/-1 !icmpv6/128/-1",
		`["web", "!tcp/8080", "!icmp/3"]`:  " tcp/80-80 tcp/8000-8090 !tcp/8080-8080 !icmp/3/-1",
		`["!web"]`:                         " !tcp/80-80 !tcp/8000-8090",
		`["any", "tcp/1", "!tcp/2", "ah"]`: " !tcp/2-2",
	} {
		s, err := Parse("f", []byte("[services]\nweb = [\"tcp/80,8000-8090\"]\n[[rule]]\nname = \"r\"\naction = \"drop\"\nservice = "+text))
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		var got string
		for _, e := range s.Policy.Rules[0].Service {
			got += " " + serviceWord(e)
		}
		if got != want {
			t.Errorf("%s: got%s, want%s", text, got, want)
		}
	}
}

func TestAnyAndSelf(t *testing.T) {
	for list, want := range map[string]string{
		`["any"]`:                     "",
		`["any", "10.0.0.1"]`:         "",
		`["any", "!10.0.0.1"]`:        " !10.0.0.1-10.0.0.1",
		`["!10.0.0.1"]`:               " !10.0.0.1-10.0.0.1",
		`["self", "!fd00::/8"]`:       " self !fd00::-fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		`["10.0.0.0/31", "10.0.0.9"]`: " 10.0.0.0-10.0.0.1 10.0.0.9-10.0.0.9",
		`["world"]`:                   " 0.0.0.0-255.255.255.255 ::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		`["!box"]`:                    " !self",
	} {
		s, err := Parse("f", []byte("[addresses]\nworld = [\"any\"]\nbox = [\"self\"]\n[[rule]]\nname = \"r\"\naction = \"drop\"\nsource = "+list))
		if err != nil {
			t.Errorf("%s: %v", list, err)
		} else if got := addressWords("", s.Policy.Rules[0].Source); got != want {
			t.Errorf("%s: got%s, want%s", list, got, want)
		}
	}
}
