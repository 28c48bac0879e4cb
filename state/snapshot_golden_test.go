package state

import (
	"bytes"
	"fmt"
	"os"
	"testing"
	"time"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

// golden is a snapshot of variety in the format of snapshotVersion. It is made
// anew for a new version, by SALLYPORT_RENEW=1, and for no other reason.
var golden = fmt.Sprintf("testdata/snapshot-%d", snapshotVersion)

// variety is a table with sessions of all kinds, logged, in which something waits:
// for the answer to a SYN that was sent in a conversation's place, by either end,
// or to a question.
func variety(t testing.TB) *rig {
	r := newRig(t, Limits{MaxSessions: 100})
	outer := pool("192.0.2.1", 1024, 65535)
	outer.Filtering = netstack.EndpointIndependent
	r.policy = func(p *netstack.Packet) (Admission, bool) {
		a := Admission{Rule: 7, Generation: 3, Out: p.Flow.In.Opposite(), Log: true}
		switch {
		case p.Flow.In == inside && p.Flow.Src.Is4() && p.Flow.Proto.HasPorts():
			a.Translation.Pool, a.Translation.SrcRule = outer, 2
		case p.Flow.Dst == address("192.0.2.1"):
			a.Translation.Dst, a.Translation.DstPort, a.Translation.DstRule, a.Mapped = address("10.1.0.8"), 5000, 1, true
		}
		return a, true
	}
	client, server := "10.1.0.5:4000", "1.1.1.1:443"
	seen := "192.0.2.1:4000"
	r.shakes(inside, client, server, seen)
	r.passes(inside, nettest.TCP(client, server, nettest.Flags("S"), nettest.Seq(700000), scale(3), data(9)))
	r.shakes(inside, "[2001:db8::5]:4000", "[2001:db8:1::1]:443", "[2001:db8::5]:4000")
	r.passes(outside, nettest.TCP("[2001:db8:1::1]:443", "[2001:db8::5]:4000", nettest.Flags("S"), nettest.Seq(800000), scale(5)))
	r.after(time.Second).passes(inside, nettest.UDP("10.1.0.8:5000", "1.1.1.1:53", nettest.PayloadBytes([]byte{7, 8, 11: 0})))
	r.passes(outside, nettest.UDP("9.9.9.9:99", "192.0.2.1:5000", data(3))) // through that mapping
	r.passes(inside, nettest.ICMPEcho("10.1.0.9", "1.1.1.1", nettest.ID(77)))
	r.after(time.Second).passes(outside, nettest.ICMPEchoReply("1.1.1.1", "10.1.0.9", nettest.ID(77)))
	r.passes(inside, nettest.IP("10.1.0.9", "1.1.1.1", netstack.GRE, data(20)))
	return r
}

// shakes is a handshake of client and server, who knows the client as seen.
func (r *rig) shakes(in netstack.Side, client, server, seen string) {
	r.passes(in, nettest.TCP(client, server, nettest.Flags("S"), nettest.Seq(100), scale(7)))
	r.passes(in.Opposite(), nettest.TCP(server, seen, nettest.Flags("SA"), nettest.Seq(900), nettest.Ack(101), scale(2)))
	r.passes(in, nettest.TCP(client, server, nettest.Flags("A"), nettest.Seq(101), nettest.Ack(901)))
}

// TestSnapshotFormatStays: files are what they were, byte for byte, whatever
// becomes of the records in memory; and what is read is what was written.
func TestSnapshotFormatStays(t *testing.T) {
	r := variety(t)
	file := snapshotOf(t, r.Table, r.now)
	if os.Getenv("SALLYPORT_RENEW") != "" {
		if err := os.WriteFile(golden, file, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	was, err := os.ReadFile(golden)
	if err != nil || !bytes.Equal(file, was) {
		t.Errorf("the file of today is not %s: %v", golden, err)
	}
	again := NewTable(Limits{MaxSessions: 100}, DefaultTimeouts(), Seed{9})
	result, err := again.Restore(bytes.NewReader(was), int64(len(was)), Moment{r.now, noon}, asWas)
	if n := len(r.list()); result.Count[Restored] != n || n != 6 || err != nil {
		t.Fatalf("%v of %d sessions, %v", result.Count, n, err)
	}
	if !bytes.Equal(snapshotOf(t, again, r.now), was) {
		t.Errorf("saved again, %s is another", golden)
	}
	checkInvariants(t, again)
}

// asWas is everything of a policy whose rules have the numbers that they had.
var asWas = Known{
	Rule: func(name string) (n uint32, ok bool) {
		_, err := fmt.Sscanf(name, "rule%d", &n)
		return n, err == nil
	},
	Translation: func(name string) (n uint16, ok bool) {
		_, err := fmt.Sscanf(name, "nat%d", &n)
		return n, err == nil
	},
	Fits: everything.Fits, Limit: everything.Limit,
}
