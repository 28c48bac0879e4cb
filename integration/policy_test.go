package integration

import (
	"strings"
	"testing"
	"time"

	"sallyport/appliance/lab"
)

// TestUnsolicitedInward wants what nobody asked for to be dropped without an
// answer, and counted: to the translated address, to the hosts behind it, and to
// what only an inside host may use.
func TestUnsolicitedInward(t *testing.T) {
	need(t, "curl")
	l := newLab(t, lab.Config{})
	serveWeb(t, l.Inside, 8443)
	serveWeb(t, l.Inside, webPort)
	w := startFirewall(t, l, open("auto"))
	arrived := watchArrivals(t, l.Inside)
	for _, f := range families {
		wantDropped(t, w, l.Outside, f.of(l.Inside), 8443)
		wantDropped(t, w, l.Outside, f.gate(l, outsideLeg), webPort)
		wantDropped(t, w, l.Outside, f.gate(l, insideLeg), closedSelf)
	}
	arrived.wantNone(t, "inside")
}

func TestPortForward(t *testing.T) {
	need(t, "curl")
	for _, driver := range drivers {
		l := newLab(t, lab.Config{})
		serveWeb(t, l.Inside, webPort)
		startFirewall(t, l, open(driver))
		for _, f := range families {
			reaches(t, l.Outside, f.gate(l, outsideLeg), forwarded, f.of(l.Outside))
		}
	}
}

// TestRejectAnswers wants a RST for TCP, which curl calls refused at once, and
// an ICMP error for the rest, which ping and UDP sockets are told of.
func TestRejectAnswers(t *testing.T) {
	need(t, "curl", "ping")
	l := newLab(t, lab.Config{})
	w := startFirewall(t, l, strings.Replace(open("auto"), `service = ["tcp/81", "udp/81"]`,
		`service = ["tcp/81", "udp/81", "icmp/echo-request", "icmpv6/echo-request"]`, 1))
	for _, f := range families {
		t.Run(f.name, func(t *testing.T) {
			begin := time.Now()
			if code := curlCode(l.Inside, url(f.of(l.Outside), 81, "/")); code != curlRefused {
				t.Errorf("curl ended with %d after %v, want %d", code, time.Since(begin), curlRefused)
			}
			said := noPing(t, l.Inside, f.of(l.Outside))
			if !strings.Contains(said, "Packet filtered") && !strings.Contains(said, "Administratively prohibited") {
				t.Errorf("ping was told %q", said)
			}
			wantDropped(t, w, l.Inside, f.of(l.Outside), 82)
		})
	}
}

// TestSessionsAreListed wants a conversation to be seen as it was opened and as
// it was translated.
func TestSessionsAreListed(t *testing.T) {
	need(t, "curl")
	type tuple struct{ Src, Dst string }
	type session struct {
		Protocol, State, Rule, NAT string
		Original, Reply            tuple
	}
	l := newLab(t, lab.Config{})
	serveWeb(t, l.Outside, webPort)
	w := startFirewall(t, l, open("auto"))
	for _, f := range families {
		if _, err := curl(l.Inside, url(f.of(l.Outside), webPort, "/")); err != nil {
			t.Fatal(err)
		}
		got := lines[session](w, "sessions", "dport 80 and src "+f.of(l.Inside).String())
		want := session{
			Protocol: "tcp", Rule: "out", NAT: "internet",
			Original: tuple{f.of(l.Inside).String(), f.of(l.Outside).String()},
			Reply:    tuple{f.of(l.Outside).String(), f.gate(l, outsideLeg).String()},
		}
		if len(got) != 1 || got[0].State == "" {
			t.Fatalf("sessions: %+v, want one", got)
		}
		want.State = got[0].State
		if got[0] != want {
			t.Errorf("session %+v, want %+v", got[0], want)
		}
	}
}
