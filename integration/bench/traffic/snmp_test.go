package traffic

import "testing"

// snmpText and snmp6Text are of Linux 6.18, less the groups that differ in nothing.
const (
	snmpText = `Ip: Forwarding DefaultTTL InReceives InHdrErrors
Ip: 2 64 119233 7
IcmpMsg: InType3
IcmpMsg: 12
Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors InCsumErrors IgnoredMulti MemErrors
Udp: 39360 3 37 39400 36 0 1 0 0
UdpLite: InDatagrams NoPorts InErrors
UdpLite: 1 2 4
`
	snmp6Text = "Ip6InReceives                   \t9\nUdp6InDatagrams                 \t11\nUdp6NoPorts                     \t0\n" +
		"UdpLite6InDatagrams             \t5\n"
)

func TestCounterIsThatOfItsGroup(t *testing.T) {
	for _, c := range []struct {
		find        func(text, group, name string) (float64, bool)
		text        string
		group, name string
		want        float64
		ok          bool
	}{
		{snmp, snmpText, "Ip", "InReceives", 119233, true},
		{snmp, snmpText, "Udp", "InDatagrams", 39360, true},
		{snmp, snmpText, "Udp", "InErrors", 37, true},
		{snmp, snmpText, "Udp", "NoPorts", 3, true},
		{snmp, snmpText, "UdpLite", "InErrors", 4, true},
		{snmp, snmpText, "UdpLite", "MemErrors", 0, false},
		{snmp, snmpText, "Tcp", "InSegs", 0, false},
		{snmp, "Udp: InDatagrams\nUdp: many\n", "Udp", "InDatagrams", 0, false},
		{snmp, "Udp: NoPorts InDatagrams\nUdp: 1\n", "Udp", "InDatagrams", 0, false},
		{snmp6, snmp6Text, "Udp6", "InDatagrams", 11, true},
		{snmp6, snmp6Text, "Udp6", "NoPorts", 0, true},
		{snmp6, snmp6Text, "Udp6", "InErrors", 0, false},
		{snmp6, snmp6Text, "UdpLite6", "InDatagrams", 5, true},
	} {
		if got, ok := c.find(c.text, c.group, c.name); got != c.want || ok != c.ok {
			t.Errorf("%s %s: %v, %v, want %v, %v", c.group, c.name, got, ok, c.want, c.ok)
		}
	}
}
