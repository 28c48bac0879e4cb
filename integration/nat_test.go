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

// TestHairpinnedWebServer: a host inside asks for the published server by its
// external address. It is answered by the server beside it, which sees it as the
// world does (RFC 4787 REQ-9a), and no rule says anything of it.
func TestHairpinnedWebServer(t *testing.T) {
	need(t, "curl")
	l := newLab(t, lab.Config{})
	server := serveWeb(t, l.Inside, webPort)
	startFirewall(t, l, open("auto"))
	for _, f := range families {
		t.Run(f.name, func(t *testing.T) {
			at := f.gate(l, outsideLeg)
			said, err := curl(l.Inside, "--max-time", "5", url(at, forwarded, "/who"))
			if err != nil || said != at.String() {
				t.Errorf("the server says %q, %v, want %v", said, err, at)
			}
			server.saw(t, at)
		})
	}
}
