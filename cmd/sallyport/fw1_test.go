package main

import (
	"net/netip"
	"os"
	"strings"
	"testing"

	"sallyport/appliance/control"
	"sallyport/appliance/control/controltest"
)

// The table of Spitzner's paper: connections built with ACKs, and a DNS query.
func TestS26SpitznersColumns(t *testing.T) {
	entry := func(protocol, profile, state string, sport, dport uint16, left, total int64, packets [2]uint64) control.Session {
		alice, bob := netip.MustParseAddr("10.1.0.5"), netip.MustParseAddr("198.51.100.7")
		return control.Session{
			Protocol: protocol, Profile: profile, State: state, TimeoutLeft: left, TimeoutTotal: total, Packets: packets,
			Original: control.Tuple{Src: alice, Sport: sport, Dst: bob, Dport: dport, In: "inside"},
			Reply:    control.Tuple{Src: bob, Sport: dport, Dst: alice, Dport: sport, In: "outside"},
		}
	}
	b := &controltest.Backend{Table: []control.Session{
		entry("tcp", "fw1", "established", 10003, 25, 2845, 3600, [2]uint64{1, 0}),
		entry("udp", "fw1", "multiple", 1111, 53, 34, 40, [2]uint64{1, 1}),
		entry("udp", "strict", "single", 1112, 53, 29, 30, [2]uint64{1, 0}),
		entry("tcp", "strict", "syn-sent", 1113, 80, 29, 30, [2]uint64{1, 0}),
		entry("tcp", "strict", "time-wait", 1114, 80, 119, 120, [2]uint64{6, 5}),
		entry("gre", "strict", "multiple", 0, 0, 1, 600, [2]uint64{6, 5}),
		entry("proto/200", "strict", "multiple", 0, 0, 1, 600, [2]uint64{6, 5}),
	}}
	socket := controltest.Serve(t, b)
	got := invoke(t, []string{"sessions", "--fw1", "--socket", socket})
	if got.code != exitFine || got.err != "" {
		t.Errorf("exit %d: %s", got.code, got.err)
	}
	golden(t, "sessions.fw1", got.out)

	docs, err := os.ReadFile("../../docs/commands.md")
	if err != nil {
		t.Fatal(err)
	}
	if head, _, _ := strings.Cut(got.out, "10.1.0.5  1112"); !strings.Contains(string(docs), head) {
		t.Errorf("the documentation shows another table than\n%s", head)
	}
	if both := invoke(t, []string{"sessions", "--fw1", "--json", "--socket", socket}); both.code != exitUsage {
		t.Errorf("--fw1 --json: exit %d", both.code)
	}
}

// Seconds left and in all, in both listings.
func TestS28TimeoutIsLeftAndTotal(t *testing.T) {
	socket := controltest.Serve(t, controltest.New())
	for _, args := range [][]string{{"sessions"}, {"sessions", "--fw1"}} {
		if got := invoke(t, append(args, "--socket", socket)); !strings.Contains(got.out, " 7428/7440") {
			t.Errorf("%v:\n%s", args, got.out)
		}
	}
}

func TestCheckWarnsOfFW1(t *testing.T) {
	path := t.TempDir() + "/study.toml"
	if err := os.WriteFile(path, []byte("[state]\nprofile = \"fw1\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got := invoke(t, []string{"check", path})
	if got.code != exitFine || !strings.HasPrefix(got.err, path+":2:11: warning: ") || strings.Count(got.err, "\n") != 1 {
		t.Errorf("exit %d, %q", got.code, got.err)
	}
}
