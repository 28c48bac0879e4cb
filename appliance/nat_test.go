package appliance

import (
	"strings"
	"testing"

	"sallyport/appliance/control"
	"sallyport/appliance/forward"
	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

// TestNATListings has a mapping of two sessions, and what is lent of its address.
func TestNATListings(t *testing.T) {
	o := newOffline(t, "", strings.Replace(offlineConfig, `snapshot = "FILE"`, "", 1), "192.0.2.1")
	o.open(nettest.UDP("10.1.0.6:5000", "1.1.1.1:53"))
	o.open(nettest.UDP("10.1.0.6:5000", "1.1.1.2:53"))
	var got []control.Mapping
	o.Mappings(func(m control.Mapping) bool { got = append(got, m); return true })
	if len(got) != 1 {
		t.Fatalf("%+v", got)
	}
	m := got[0]
	if m.Inside.String() != "10.1.0.6" || m.InsidePort != 5000 || m.External.String() != "192.0.2.1" || m.ExternalPort != 5000 ||
		m.Protocol != "udp" || m.Side != "inside" || m.Sessions != 2 || m.Rule != "out" || m.NAT != "internet" ||
		m.Mapping != "endpoint-independent" || m.Filtering != "address-and-port-dependent" || m.Remote.IsValid() {
		t.Errorf("%+v", m)
	}
	for filter, picked := range map[string]bool{"udp and src 10.1.0.6": true, "reply dport 5000": true, "rule web": false, "tcp": false} {
		f, err := control.ParseFilter(filter)
		if err != nil {
			t.Fatal(err)
		}
		if f.MatchMapping(&m, m.Since) != picked {
			t.Errorf("%s: %v", filter, !picked)
		}
	}
	if all := o.Externals(); len(all) != 1 || all[0].Ports != 1 || all[0].Address != m.External {
		t.Errorf("%+v", all)
	}
}

// TestExhaustionIsAlarmed says so once for what has come since.
func TestExhaustionIsAlarmed(t *testing.T) {
	o := newOffline(t, "", strings.Replace(offlineConfig, `snapshot = "FILE"`, "", 1), "192.0.2.1")
	o.open(nettest.UDP("10.1.0.6:5000", "1.1.1.1:53"))
	var tally forward.Tally
	told := o.alarm(&tally, 0)
	if o.log.Len() != 0 {
		t.Fatalf("alarmed of nothing: %s", o.log)
	}
	tally.Refused[netstack.Inside][netstack.NATExhausted] = 7
	told = o.alarm(&tally, told)
	for _, want := range []string{`"level":"error"`, `"packets":7`, `"address":"192.0.2.1"`, `"ports_lent":1`} {
		if !strings.Contains(o.log.String(), want) {
			t.Errorf("%s has no %s", o.log, want)
		}
	}
	if o.log.Reset(); o.alarm(&tally, told) != 7 || o.log.Len() != 0 {
		t.Errorf("alarmed again: %s", o.log)
	}
}
