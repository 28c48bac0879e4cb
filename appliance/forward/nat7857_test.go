package forward

import (
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
	"sallyport/policy"
)

// A RST that the receiver may not believe (RFC 5961) leaves the session four
// minutes, and what is heard of it after that all its time again.
func Test7857S2RSTLeavesFourMinutes(t *testing.T) {
	r := newRig(t, outward())
	seen := r.handshake(client, server)
	rst := r.pass(out, down(seen, "R", 5001+100, 0)) // in the window, but not exact
	if got := endpoint(rst.Flow.Dst, rst.Flow.DstPort); got != client {
		t.Errorf("the RST goes to %s", got)
	}
	if left := r.sessions()[0].TimeoutLeft; left != 4*time.Minute {
		t.Errorf("%v are left, want four minutes", left)
	}
	r.wait(4*time.Minute - 1)
	r.pass(in, up("A", 1001, 5001))
	if left := r.sessions()[0].TimeoutLeft; left != 2*time.Hour+4*time.Minute {
		t.Errorf("%v are left after the connection went on", left)
	}
}

// An exact RST ends the connection; it is translated like all that was before
// it, in both directions.
func Test7857S2RSTIsTranslated(t *testing.T) {
	r := newRig(t, outward())
	seen := r.handshake(client, server)
	rst := r.pass(in, up("R", 1001, 0))
	if got := endpoint(rst.Flow.Src, rst.Flow.SrcPort); got != seen {
		t.Errorf("the RST comes from %s, want %s", got, seen)
	}
	nettest.Check(t, nettest.Of(rst.Frame), nettest.Segment("R", 1001, 0))
}

// An endpoint's mapping for one protocol says nothing of another's.
func Test7857S5MappingsOfEachProtocolAreTheirOwn(t *testing.T) {
	r := newRig(t, outward())
	r.pass(in, nettest.UDP("10.1.0.9:5000", server)) // UDP 5000 is taken, TCP 5000 is not
	if seen := r.leaves("10.1.0.10:5000", server); seen == public+":5000" {
		t.Error("UDP: a port was lent twice")
	}
	if seen := r.syn("10.1.0.10:5000", server); seen != public+":5000" {
		t.Errorf("TCP leaves as %s", seen)
	}
}

// Where the own port cannot be kept, nobody can guess which it becomes: over
// many hosts all parts of the range come up, and neighbours hardly ever.
func Test7857S9PortsThatChangeAreRandom(t *testing.T) {
	r := newRig(t, outward())
	r.pass(in, nettest.UDP("10.1.0.9:5000", server))
	var parts [8]int
	last, near := 0, 0
	for host := range 240 {
		port := int(r.pass(in, nettest.UDP(fmt.Sprintf("10.1.0.%d:5000", 10+host), server)).Flow.SrcPort)
		parts[port>>13]++
		if d := port - last; -16 < d && d < 16 {
			near++
		}
		last = port
	}
	for i, n := range parts { // 32768 to 60999 are the box's own
		if own := i >= 4 && i < 7; own != (n == 0) && i != 7 {
			t.Errorf("%d ports from %d on", n, i<<13)
		}
	}
	if near > 5 {
		t.Errorf("%d ports of 240 are beside the one before", near)
	}
}

// RFC 6864 5.3.1: of hosts that share an address, none leaves with what another
// has left with, though they all begin with the same; and fragments of one
// datagram stay of one.
func Test7857S10IdentificationIsUnique(t *testing.T) {
	r := newRig(t, outward())
	seen := make(map[uint16]string)
	leaves := func(from string, p nettest.Packet) uint16 {
		t.Helper()
		nettest.CheckSums(t, p.Bytes, p.Offload)
		return binary.BigEndian.Uint16(p.Bytes[4:])
	}
	for host := range 200 {
		from := fmt.Sprintf("10.1.0.%d:5000", 10+host)
		for id := range uint16(3) {
			sent := r.pass(in, nettest.UDP(from, server, nettest.IPID(id)))
			name := leaves(from, nettest.Of(sent.Frame))
			if other, ok := seen[name]; ok {
				t.Fatalf("%s and %s both sent datagram %d", other, from, name)
			}
			seen[name] = from
		}
		datagram := nettest.UDP(from, server, nettest.Payload(3000))
		if host%2 == 1 { // in fragments that nobody may cut further
			datagram = nettest.UDP(from, server, nettest.Payload(3000), nettest.DF())
		}
		_, fragments := r.passAll(in, datagram, 1344, 7)
		name := leaves(from, fragments[0])
		for _, f := range fragments[1:] {
			if leaves(from, f) != name {
				t.Fatal("fragments of one datagram have two names")
			}
		}
		if other, ok := seen[name]; ok {
			t.Fatalf("%s and %s both sent datagram %d", other, from, name)
		}
		seen[name] = from
	}
}

// What nobody may fragment, and what is not translated, keeps its own.
func Test7857S10IdentificationIsKeptWhereItCanBe(t *testing.T) {
	r := newRig(t, outward())
	seen := r.leaves(client, server)
	for side, p := range map[netstack.Side]nettest.Packet{
		in:  nettest.UDP(client, server, nettest.IPID(0x1234), nettest.DF()),
		out: nettest.UDP(server, seen, nettest.IPID(0x1234)),
	} {
		if got := r.pass(side, p); binary.BigEndian.Uint16(got.Bytes()[4:]) != 0x1234 {
			t.Errorf("from %v it leaves with % x", side, got.Bytes()[4:6])
		}
	}
}

// In IPv6 only fragments have a name, and it is of one sender.
func Test7857S10IdentificationIsKeptInIPv6(t *testing.T) {
	spec := outward()
	spec.NAT[0].Family = policy.AnyFamily
	r := newRig(t, spec)
	sent, fragments := r.passAll(in, nettest.UDP(client6, server6, nettest.Payload(3000)), 1344, 7)
	if sent.Flow.Src != addr("fd00:2::1") || !sent.ChecksumOK() {
		t.Errorf("it leaves as %v, checksum right: %t", sent.Flow, sent.ChecksumOK())
	}
	for _, f := range fragments {
		if id := f.Parse(t, out).Fragment.ID; id != 7 {
			t.Errorf("a fragment of %d leaves, and was of 7", id)
		}
	}
}

// The mapping of a query goes with its last session, and not before.
func Test7857S11QueryMappingGoesWithItsLastSession(t *testing.T) {
	r := newRig(t, outward())
	ping := func(host, to string) uint16 {
		return r.pass(in, nettest.ICMPEcho(host, to, nettest.ID(77))).Flow.SrcPort
	}
	if ping("10.1.0.10", "198.51.100.7") != 77 {
		t.Fatal("a free identifier is not kept")
	}
	r.wait(40 * time.Second)
	ping("10.1.0.10", "198.51.100.8")
	r.wait(40 * time.Second) // the first session is over, the second is not
	r.engine.Table.Sweep(r.now, 10)
	if ping("10.1.0.11", "198.51.100.7") == 77 {
		t.Error("an identifier was lent while it was held")
	}
	r.wait(time.Minute)
	r.engine.Table.Sweep(r.now, 10)
	if ping("10.1.0.12", "198.51.100.7") != 77 {
		t.Error("an identifier was not given back")
	}
}
