package main

import (
	"bytes"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// A long table is printed a page at a time: it is not held whole, and what was
// printed stays aligned.
func TestTablePages(t *testing.T) {
	var out bytes.Buffer
	c := &cli{out: &out}
	table := c.table(column{title: "N", right: true}, column{title: "NAME"})
	for i := range page {
		table.add(fmt.Sprint(i), "x")
	}
	if n := strings.Count(out.String(), "\n"); n != page+1 {
		t.Errorf("%d lines after a page", n)
	}
	table.add("1000000", "wider")
	table.flush()
	lines := strings.Split(out.String(), "\n")
	if lines[0] != "  N  NAME" || lines[1] != "  0  x" || lines[page+1] != "1000000  wider" {
		t.Errorf("%q, %q, %q", lines[0], lines[1], lines[page+1])
	}
}

func TestTableFits(t *testing.T) {
	for _, c := range []struct {
		width int
		head  string
	}{
		{0, "AAAA  BBBB  CCCC  DDDD"},
		{22, "AAAA  BBBB  CCCC  DDDD"},
		{21, "AAAA  BBBB  DDDD"},
		{15, "AAAA  DDDD"},
		{5, "AAAA  DDDD"}, // what cannot be spared stays, whatever the width
	} {
		var out bytes.Buffer
		(&cli{out: &out, width: c.width}).table(column{title: "AAAA"}, column{title: "BBBB", spare: 1},
			column{title: "CCCC", spare: 2}, column{title: "DDDD"}).flush()
		if got := strings.TrimSpace(out.String()); got != c.head {
			t.Errorf("width %d: %q", c.width, got)
		}
	}
}

// A rule's name is somebody's text: it must not steer the terminal.
func TestTableIsInert(t *testing.T) {
	var out bytes.Buffer
	table := (&cli{out: &out}).table(column{title: "NAME"})
	table.add("a\x1b[2Jb\nc")
	table.flush()
	if got := out.String(); got != "NAME\na?[2Jb?c\n" {
		t.Errorf("%q", got)
	}
}

func TestSpan(t *testing.T) {
	for _, c := range []struct {
		d    time.Duration
		want string
	}{
		{-time.Second, "0s"}, {0, "0s"}, {59*time.Second + 999*time.Millisecond, "59s"}, {time.Minute, "1m00s"},
		{time.Hour - time.Second, "59m59s"}, {2*time.Hour + 4*time.Minute, "2h04m"}, {50 * time.Hour, "2d02h"},
	} {
		if got := span(c.d); got != c.want {
			t.Errorf("%v: %s", c.d, got)
		}
	}
}

func TestSize(t *testing.T) {
	for n, want := range map[uint64]string{
		0: "0", 999: "999", 1000: "1.0k", 9949: "9.9k", 9950: "10k", 999_499: "999k", 999_500: "1.0M", 1 << 40: "1.1T",
		1<<64 - 1: "18E",
	} {
		if got := size(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}

func TestCount(t *testing.T) {
	for n, want := range map[uint64]string{0: "0", 999: "999", 1000: "1,000", 262144: "262,144", 1234567: "1,234,567"} {
		if got := count(n); got != want {
			t.Errorf("%d: %s", n, got)
		}
	}
}

func TestPlural(t *testing.T) {
	for n, want := range map[uint64]string{0: "0 packets", 1: "1 packet", 2: "2 packets", 1234: "1,234 packets"} {
		if got := plural(n, "packet"); got != want {
			t.Errorf("%d: %s", n, got)
		}
	}
}

func TestEndpoint(t *testing.T) {
	for _, c := range []struct {
		protocol, addr string
		port           uint16
		source, dst    string
	}{
		{"tcp", "10.1.0.5", 443, "10.1.0.5:443", "10.1.0.5:443"},
		{"udp", "fd00::1", 53, "[fd00::1]:53", "[fd00::1]:53"},
		{"icmp", "10.1.0.5", 77, "10.1.0.5#77", "10.1.0.5"},
		{"icmpv6", "fd00::1", 0, "fd00::1#0", "fd00::1"},
		{"esp", "10.1.0.5", 0, "10.1.0.5", "10.1.0.5"},
	} {
		a := netip.MustParseAddr(c.addr)
		if s, d := endpoint(c.protocol, a, c.port), destination(c.protocol, a, c.port); s != c.source || d != c.dst {
			t.Errorf("%+v: %s, %s", c, s, d)
		}
	}
}

func TestFilterOfArguments(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"src", "10.1.0.5", "and", "tcp"}, "src 10.1.0.5 and tcp"},
		{[]string{"src 10.1.0.5 and tcp"}, "src 10.1.0.5 and tcp"},
		{[]string{"rule", "mail in"}, `rule "mail in"`}, // the shell took the quotes off
		{[]string{"src 10.1.0.5", "and", "(tcp or udp)"}, "src 10.1.0.5 and (tcp or udp)"},
		{[]string{`rule "mail in"`, "and", "tcp"}, `rule "mail in" and tcp`},
		{nil, ""},
	} {
		if got, err := filterOf(c.args); got != c.want || err != nil {
			t.Errorf("%q: %q, %v", c.args, got, err)
		}
	}
}
