package appliance

import (
	"testing"

	"sallyport/appliance/control"
	"sallyport/netstack/nettest"
)

// The running firewall is asked about its own sessions, by the names of its own
// rules, and has none more afterwards.
func TestExplainKnowsTheSessions(t *testing.T) {
	o := newOffline(t, "", `
[[rule]]
name   = "out"
from   = "inside"
to     = "outside"
action = "accept"
`, "203.0.113.1")
	o.open(nettest.UDP("10.1.0.5:5000", "1.1.1.1:53"))
	for packet, want := range map[string]uint64{
		"udp 10.1.0.5:5000 1.1.1.1:53": 1,
		"udp 10.1.0.5:5001 1.1.1.1:53": 0,
	} {
		x, err := o.Explain(control.Question{In: "inside", Packet: packet})
		if err != nil || x.Verdict != "accept" || x.Rule != "out" || x.Session != want {
			t.Errorf("%s: %+v, %v", packet, x, err)
		}
	}
	if _, err := o.Explain(control.Question{In: "nowhere", Packet: "udp 10.1.0.5:5001 1.1.1.1:53"}); err == nil {
		t.Error("a packet that arrives nowhere")
	}
	if n := o.table.Len(); n != 1 {
		t.Errorf("%d sessions", n)
	}
}
