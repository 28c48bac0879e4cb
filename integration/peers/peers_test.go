package main

import (
	"strings"
	"testing"

	"gvisor.dev/gvisor/pkg/tcpip/header"
)

// TestPeersDecideAlike: what is compared does the same.
func TestPeersDecideAlike(t *testing.T) {
	for _, p := range peers {
		for _, k := range kinds {
			e, err := p.open()
			if err != nil {
				t.Fatalf("%s: %v", p.name, err)
			}
			next, err := k.prepare(e)
			if err != nil {
				t.Fatalf("%s: %s: %v", p.name, k.name, err)
			}
			for i := range 2000 {
				if got := e.pass(inside, next(i)); got != k.passes {
					t.Fatalf("%s: %s: packet %d passes: %v", p.name, k.name, i, got)
				}
			}
		}
	}
}

// TestMasqueradingIsDone, where the name says so and nowhere else.
func TestMasqueradingIsDone(t *testing.T) {
	for _, p := range peers {
		e, err := p.open()
		if err != nil {
			t.Fatal(err)
		}
		if e.left == nil {
			continue
		}
		if !e.pass(inside, segment{client, server, 40000, 80, header.TCPFlagSyn, 1000, 0, 0}.packet()) {
			t.Fatalf("%s: the SYN does not pass", p.name)
		}
		want := address(client)
		if strings.Contains(p.name, "masquerading") {
			want = address(public)
		}
		if got := header.IPv4(e.left()).SourceAddress(); got != want {
			t.Errorf("%s: leaves as %v, want %v", p.name, got, want)
		}
	}
}
