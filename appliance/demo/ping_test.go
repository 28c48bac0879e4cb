package demo

import (
	"testing"

	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"
)

// A raw socket gets all ICMP that comes to a host, what is cut off too.
func TestIsReply(t *testing.T) {
	bytes := func(kind ipv4.ICMPType, id, seq int) []byte {
		b, err := (&icmp.Message{Type: kind, Body: &icmp.Echo{ID: id, Seq: seq}}).Marshal(nil)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for _, c := range []struct {
		what string
		b    []byte
		want bool
	}{
		{"the reply", bytes(ipv4.ICMPTypeEchoReply, 7, 1), true},
		{"the request", bytes(ipv4.ICMPTypeEcho, 7, 1), false},
		{"the reply to another process", bytes(ipv4.ICMPTypeEchoReply, 8, 1), false},
		{"the reply to another request", bytes(ipv4.ICMPTypeEchoReply, 7, 2), false},
		{"a piece of one", bytes(ipv4.ICMPTypeEchoReply, 7, 1)[:3], false},
	} {
		if got := isReply(c.b, 7, 1); got != c.want {
			t.Errorf("%s: %v", c.what, got)
		}
	}
}
