package control_test

import (
	"errors"
	"strings"
	"testing"

	"sallyport/appliance/control"
	"sallyport/appliance/control/controltest"
)

// picked returns the ids of the sample sessions that filter picks, as digits.
func picked(t *testing.T, text string) string {
	t.Helper()
	f, err := control.ParseFilter(text)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	var ids strings.Builder
	for _, s := range controltest.Sessions() {
		if f.Match(&s, controltest.Noon) {
			ids.WriteByte(byte('0' + s.ID))
		}
	}
	return ids.String()
}

func TestFilterPicks(t *testing.T) {
	for _, c := range []struct{ filter, ids string }{
		{"", "1234"},
		{"all", "1234"},
		{"src 10.1.0.5 and dport 443 and state established", "1"},
		{"src 10.1.0.5 dport 443", "1"},
		{"SRC 10.1.0.5 AND State ESTABLISHED", "1"},
		{"tcp", "12"},
		{"tcp or icmp", "123"},
		{"not tcp", "34"},
		{"!tcp && !icmp", "4"},
		{"proto 6", "12"},
		{"proto proto/6", "12"},
		{"proto = icmp", "3"},
		{"proto != tcp", "34"},

		// src and dst are the opener's view; host and net see both sides of NAT.
		{"dst 192.0.2.1", "2"},
		{"src 192.0.2.1", ""},
		{"host 192.0.2.1", "12"},
		{"host 10.1.0.25", "2"},
		{"net 10.0.0.0/8", "123"},
		{"net 10.1.0.77/24", "123"}, // host bits are forgiven
		{"src net 10.0.0.0/8", "13"},
		{"src host 10.1.0.6", "3"},
		{"dst port 53", "4"},
		{"reply dst 192.0.2.1", "1"},
		{"reply host 192.0.2.1", "1"},
		{"original host 192.0.2.1", "2"},
		{"reply sport 25", "2"},
		{"orig net fd00::/8", "4"},
		{"src ::ffff:10.1.0.5", "1"},
		{"port 25", "2"},
		{"port 5000-5400", "24"},
		{"sport != 5000", "134"},
		{"ipv6", "4"},
		{"ipv4 and not nat", "3"},

		{"nat", "12"},
		{"nat internet", "1"},
		{"nat hairpin", "2"},
		{"nat tcp", "12"}, // two terms
		{`nat "tcp"`, ""}, // a rule that has the name of a protocol
		{"nat != internet", "234"},
		{"helper", "4"},
		{"helper dns", "4"},
		{`rule "mail in"`, "2"},
		{"rule 'MAIL in' or rule default", "23"},
		{"profile loose", "2"},
		{"flag assured", "14"},
		{"flag dying", "4"},
		{"side inside", "134"},
		{"side != inside", "2"},

		{"id 3", "3"},
		{"packets > 10", "13"},
		{"packets > 10k", "3"},
		{"bytes >= 1M", "13"},
		{"bytes<=200", "24"},
		{"bytes == 200", "4"},
		{"age > 60", "13"},
		{"age >= 1m", "134"},
		{"age > 1h30m", "3"},
		{"idle < 10", "23"},
		{"left < 30", "23"},
		{"left != 28", "134"},

		// "and" binds tighter than "or", "not" tighter than both.
		{"icmp or tcp and nat internet", "13"},
		{"(icmp or tcp) and nat internet", "1"},
		{"not icmp or tcp", "124"},
		{"not (icmp or tcp)", "4"},
		{"not not icmp", "3"},
	} {
		if ids := picked(t, c.filter); ids != c.ids {
			t.Errorf("%q picks %q, want %q", c.filter, ids, c.ids)
		}
	}
}

func TestFilterErrors(t *testing.T) {
	for _, c := range []struct{ filter, message string }{
		{"sorce 10.1.0.5", `filter, column 1: "sorce" is not a term`},
		{"tcp and stat established", `filter, column 9: "stat" is not a term: did you mean "state"?`},
		{"tpc", `filter, column 1: "tpc" is not a term: did you mean "tcp"?`},
		{"10.1.0.5", `filter, column 1: the address 10.1.0.5 without a word before it: did you mean "host 10.1.0.5"?`},
		{"src 10.1.0.5 443", `filter, column 14: the number 443 without a word before it: did you mean "port 443"?`},
		{"10.0.0.0/8", `filter, column 1: the network 10.0.0.0/8 without a word before it: did you mean "net 10.0.0.0/8"?`},
		{"src", `filter, column 4: "src" wants a value`},
		{"src and tcp", `filter, column 5: "src" wants a value`},
		{"src 10.1.0", `filter, column 5: "10.1.0" is no address or network`},
		{"src > 10.1.0.5", `filter, column 5: ">" compares numbers only`},
		{"port 65536", `filter, column 6: "65536" is no port or range of ports`},
		{"port 90-80", `filter, column 6: "90-80" is no port or range of ports`},
		{"proto tpc", `filter, column 7: "tpc" is no protocol's name or number: did you mean "tcp"?`},
		{"proto udpp", `filter, column 7: "udpp" is no protocol's name or number: did you mean "udp"?`},
		{"proto 256", `filter, column 7: "256" is no protocol's name or number`},
		{"side insde", `filter, column 6: "insde" is none of inside, outside: did you mean "inside"?`},
		{"reply scr 10.0.0.1", `filter, column 7: "scr" cannot follow "reply": did you mean "src"?`},
		{"reply", `filter, column 6: "reply" wants a value`},
		{"packets > many", `filter, column 11: "many" is no number that "packets" takes`},
		{"packets > 9999999999G", `filter, column 11: "9999999999G" is no number that "packets" takes`},
		{"age > -5", `filter, column 7: "-5" is no number that "age" takes`},
		{"(tcp or udp", `filter, column 1: "(" is not closed`},
		{"tcp)", `filter, column 4: ")" closes nothing`},
		{"tcp and", `filter, column 8: ends where a term should be`},
		{"or tcp", `filter, column 1: "or" where a term should be`},
		{"tcp & udp", `filter, column 5: a lone &: did you mean &&?`},
		{`rule "web`, `filter, column 6: a quote that is not closed`},
		{strings.Repeat("(", 5000), `filter, column 4097: longer than 4096 bytes`},
	} {
		_, err := control.ParseFilter(c.filter)
		var fault *control.FilterError
		if !errors.As(err, &fault) || err.Error() != c.message {
			t.Errorf("%.40q:\n got %v\nwant %s", c.filter, err, c.message)
		}
	}
}

// A filter as nested as its length allows is answered, not a stack overflow.
func TestFilterNesting(t *testing.T) {
	n := control.MaxFilter/2 - 2
	if ids := picked(t, strings.Repeat("(", n)+"tcp"+strings.Repeat(")", n)); ids != "12" {
		t.Errorf("picked %q", ids)
	}
	if ids := picked(t, strings.Repeat("!", 1000)+"tcp"); ids != "12" {
		t.Errorf("picked %q", ids)
	}
}

func FuzzFilter(f *testing.F) {
	for _, seed := range []string{
		"", "src 10.1.0.5 and dport 443", "not (tcp or udp) && nat", `rule "a b"`, "age > 5m", "reply net ::/0",
		"((", "port 1-", "packets >= 10k", "nat nat", "'", "!", "proto/47",
	} {
		f.Add(seed)
	}
	all := controltest.Sessions()
	f.Fuzz(func(t *testing.T, text string) {
		filter, err := control.ParseFilter(text)
		var fault *control.FilterError
		if err != nil {
			if !errors.As(err, &fault) || fault.Offset < 0 || fault.Offset > len(text) {
				t.Fatalf("%q: no place in %#v", text, err)
			}
			return
		}
		for i := range all {
			filter.Match(&all[i], controltest.Noon)
		}
	})
}
