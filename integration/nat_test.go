package integration

import (
	"testing"

	"sallyport/appliance/lab"
)

// TestApplicationsThroughMasquerade: what people use, in both families.
func TestApplicationsThroughMasquerade(t *testing.T) {
	need(t, "curl", "scp", "ssh-keygen", "busybox", "timeout")
	l := newLab(t, lab.Config{})
	servers := serveApps(t, l.Outside)
	startFirewall(t, l, open("auto"))
	for _, f := range families {
		t.Run(f.name, func(t *testing.T) {
			servers.carried(t, l.Inside, f.of(l.Outside))
			servers.web.saw(t, f.gate(l, outsideLeg))
		})
	}
}
