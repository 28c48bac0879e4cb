package netstack

import (
	"regexp"
	"testing"
	"unsafe"
)

// Tables of millions of sessions hold two keys each.
func TestFlowKeySize(t *testing.T) {
	if size := unsafe.Sizeof(FlowKey{}); size != 40 {
		t.Errorf("a FlowKey has %d bytes, want 40", size)
	}
}

// Tools rely on the words: each reason has one of its own.
func TestReasonWords(t *testing.T) {
	seen := make(map[string]Reason)
	word := regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
	for r := range Reasons {
		if !word.MatchString(r.String()) {
			t.Errorf("reason %d is called %q", r, r)
		}
		if other, ok := seen[r.String()]; ok {
			t.Errorf("reasons %d and %d are both called %q", other, r, r)
		}
		seen[r.String()] = r
	}
	for r, want := range map[Reason]string{
		ReasonNone: "none", BadChecksum: "bad-checksum", SourceRoute: "source-route", TTLExpired: "ttl-expired",
		FragTooBig: "frag-too-big", Policy: "policy", OutOfWindow: "out-of-window", StateLimit: "state-limit",
		NATFiltered: "nat-filtered", BadHelper: "helper", QueueFull: "queue-full", Internal: "internal",
	} {
		if r.String() != want {
			t.Errorf("reason %d is called %q, want %q", r, r, want)
		}
	}
}

func TestProtocolNames(t *testing.T) {
	for p, want := range map[Protocol]string{TCP: "tcp", ICMPv6: "icmpv6", AH: "ah", 200: "proto/200"} {
		if p.String() != want {
			t.Errorf("protocol %d is called %q, want %q", uint8(p), p, want)
		}
	}
}
