package main

import (
	"bytes"
	"testing"

	"sallyport/appliance/doctor"
)

func TestFindingsGolden(t *testing.T) {
	findings := []doctor.Finding{
		{Name: "kernel", Level: doctor.OK, Found: "Linux 6.18.44"},
		{Name: "third-leg", Level: doctor.Warn, Found: "the kernel forwards what arrives on eth2", Fix: "sysctl -w net/ipv4/conf/eth2/forwarding=0"},
		{Name: "tun", Level: doctor.Fail, Found: "open /dev/net/tun: no such file or directory", Fix: "modprobe tun"},
	}
	for name, c := range map[string]*cli{"doctor": {}, "doctor.json": {json: true}, "doctor.color": {color: true}} {
		var out bytes.Buffer
		c.out = &out
		if err := c.printFindings(findings); err != nil {
			t.Error(err)
		}
		golden(t, name, out.String())
	}
}
