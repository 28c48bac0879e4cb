package explain

import (
	"fmt"
	"strings"
	"testing"

	"sallyport/appliance/control"
	"sallyport/conf/goldentest"
	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

// Each packet is explained in the words of testdata/explain.golden, and nothing
// becomes of it.
func TestExplanations(t *testing.T) {
	r := newRig(t)
	r.connect()
	before := r.memory()
	var b strings.Builder
	for _, q := range [][2]string{
		{"inside", "tcp 10.1.0.5:5001 1.1.1.1:443"},
		{"inside", "tcp 10.1.0.5:5000 1.1.1.1:443 flags A"},
		{"inside", "tcp 10.1.0.5:5000 1.1.1.1:443 flags A seq 900000 ack 901"},
		{"outside", "tcp 1.1.1.1:443 self:5000 flags FA"},
		{"outside", "tcp 1.1.1.1:443 self:5000 flags R seq 7000000"},
		{"inside", "tcp 10.1.0.5:5000 1.1.1.1:443 flags S seq 77"},
		{"inside", "tcp 10.1.0.5 1.1.1.1:22 flags A"},
		{"inside", "smtp 10.1.0.5 1.1.1.1"},
		{"inside", "udp/514 10.1.0.5 1.1.1.1"},
		{"inside", "tcp 10.1.0.9 1.1.1.1:443"},
		{"outside", "tcp 198.51.100.7 self:8080"},
		{"inside", "tcp 10.1.0.6 203.0.113.1:8080"},
		{"outside", "tcp 198.51.100.7 10.1.0.5:22"},
		{"outside", "udp/53 10.1.0.5 self"},
		{"inside", "udp/443 10.1.0.5 1.1.1.1 size 2000"},
		{"inside", "icmp 10.1.0.5 10.1.0.1"},
		{"inside", "icmp/echo-request fd00:1::5 fd00:9::1"},
		{"outside", "icmp/time-exceeded 198.51.100.1 self about self:5000 -> 1.1.1.1:443 tcp seq 101"},
		{"outside", "icmp/time-exceeded 198.51.100.1 10.1.0.5 about 10.1.0.5:5000 -> 1.1.1.1:443 tcp"},
		{"inside", "tcp 10.1.0.5 1.1.1.1:443 flags SF"},
		{"inside", "tcp 10.1.0.5 1.1.1.1:443 ttl 0"},
		{"inside", "tcp 10.1.0.5 1.1.1.1:443 ttl 1"},
		{"inside", "gre 10.1.0.5 1.1.1.1"},
		{"inside", "sctp/9 10.1.0.5 1.1.1.1"},
	} {
		x := r.ask(q[0], q[1])
		fmt.Fprintf(&b, "# %s %s\n%s\n", q[0], q[1], said(&x))
	}
	goldentest.Compare(t, "testdata/explain.golden", b.String())
	if after := r.memory(); after != before {
		t.Errorf("it has changed something: was\n%s\nis\n%s", before, after)
	}
}

// A fragment is told what is there of its datagram, and is not held.
func TestFragmentsAreExplained(t *testing.T) {
	r := newRig(t)
	whole := nettest.UDP("10.1.0.5:5000", "1.1.1.1:443", nettest.Payload(900))
	pieces := nettest.Split(whole, 512, 7)
	before := r.memory()
	if x := r.Explain(netstack.Inside, pieces[0].Bytes); x.Verdict != "hold" || x.Reason != "" {
		t.Errorf("the first: %+v", x)
	}
	if after := r.memory(); before != after {
		t.Errorf("it has changed something: was\n%s\nis\n%s", before, after)
	}
	r.lane.Decide(netstack.Inside, pieces[0].Frame(), netstack.NewFrame(), r.now)
	before = r.memory()
	if x := r.Explain(netstack.Inside, pieces[1].Bytes); x.Verdict != "accept" || x.Rule != "quic" || x.Leaves != "2 fragments" {
		t.Errorf("the last: %+v", x)
	}
	if after := r.memory(); before != after {
		t.Errorf("it has changed something: was\n%s\nis\n%s", before, after)
	}
}

// Packets in hex are read as tools print them.
func TestPacketsInHex(t *testing.T) {
	r := newRig(t)
	packet := nettest.TCP("10.1.0.5:5000", "1.1.1.1:443", nettest.Flags("S"))
	plain := fmt.Sprintf("%x", packet.Bytes)
	ethernet := "020000000001020000000002" + "8100000a" + "0800" + plain
	dump := "\t0x0000:  4500 0028 0000 0000 4006 6ec0 0a01 0005  E..(....@.n.....\n" + "0x0010:  " + plain[32:36] + " " + plain[36:]
	for name, hex := range map[string]string{
		"plain": plain, "grouped": strings.Join(strings.SplitAfter(plain, "06"), " "), "with an Ethernet header": ethernet, "tcpdump": dump,
	} {
		x, err := r.Ask(control.Question{In: "inside", Hex: hex}, &r.box)
		if name == "tcpdump" {
			if err != nil || !strings.Contains(x.Packet, "10.1.0.5") {
				t.Errorf("%s: %+v, %v", name, x, err)
			}
			continue
		}
		if err != nil || x.Verdict != "accept" || x.Rule != "web" {
			t.Errorf("%s: %+v, %v", name, x, err)
		}
	}
	for _, wrong := range []string{"45000", "hello", "", strings.Repeat("00", 65536)} {
		if x, err := r.Ask(control.Question{In: "inside", Hex: wrong, Packet: "x"}, &r.box); err == nil {
			t.Errorf("%.20q: %+v", wrong, x)
		}
	}
}

// FuzzExplain: whatever the bytes are, they are explained, and every stage but
// the last has passed.
func FuzzExplain(f *testing.F) {
	f.Add("4500002800000000400600000a01000501010101", false)
	f.Add("6000000000001140", true)
	f.Fuzz(func(t *testing.T, hex string, outside bool) {
		b, err := ParseHex(hex)
		if err != nil {
			return
		}
		r := newRig(t)
		in := netstack.Inside
		if outside {
			in = netstack.Outside
		}
		x := r.Explain(in, b)
		if n := len(x.Steps); n < 2 || x.Verdict == "" || (x.Verdict == "accept" || x.Verdict == "hold") != (x.Reason == "") {
			t.Fatalf("%+v", x)
		}
	})
}
