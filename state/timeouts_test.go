package state

import (
	"testing"
	"time"

	"sallyport/netstack"
)

func TestTimeoutsByName(t *testing.T) {
	timeouts := DefaultTimeouts()
	for i := range Timers {
		if timer, ok := ParseTimer(i.String()); !ok || timer != i || i.String() == "" {
			t.Errorf("%d: %q is %d, %v", i, i, timer, ok)
		}
		if timeouts[i] < MinTimeout || timeouts[i] > MaxTimeout {
			t.Errorf("%v: %v", i, timeouts[i])
		}
		if err := timeouts.Set(i.String(), time.Hour+time.Duration(i)); err != nil || timeouts[i] != time.Hour+time.Duration(i) {
			t.Errorf("%v: %v, %v", i, err, timeouts[i])
		}
	}
	for name, d := range map[string]time.Duration{
		"tcp_opened": time.Hour, "": time.Hour,
		"tcp_opening": 0, "udp_single": -time.Second, "udp_multiple": MaxTimeout + 1, "tcp_reset": time.Millisecond,
	} {
		before := timeouts
		if err := timeouts.Set(name, d); err == nil || timeouts != before {
			t.Errorf("%q = %v: %v", name, d, err)
		}
	}
}

func TestEveryPhaseHasAWordAndATimer(t *testing.T) {
	seen := map[string]bool{}
	for p := range phases {
		if phaseWords[p] == "" || seen[phaseWords[p]] {
			t.Errorf("phase %d: %q", p, phaseWords[p])
		}
		seen[phaseWords[p]] = true
	}
	for proto, timers := range map[netstack.Protocol][2]Timer{
		netstack.UDP: {UDPSingle, UDPMultiple}, netstack.UDPLite: {UDPSingle, UDPMultiple}, netstack.ICMP: {ICMPQuery, ICMPQuery},
		netstack.ICMPv6: {ICMPQuery, ICMPQuery}, netstack.GRE: {GenericSingle, GenericMultiple}, netstack.SCTP: {GenericSingle, GenericMultiple},
	} {
		if got := [2]Timer{timerOf(proto, single), timerOf(proto, multiple)}; got != timers {
			t.Errorf("%v: %v; want %v", proto, got, timers)
		}
	}
}
