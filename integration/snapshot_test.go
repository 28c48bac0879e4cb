package integration

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sallyport/appliance/lab"
	"sallyport/netstack/nettest"
)

const duplexPort = 7000

// transferTime is how long the transfers last that live through a restart in
// their middle; SALLYPORT_TRANSFER says otherwise.
func transferTime(t *testing.T) time.Duration {
	t.Helper()
	text := os.Getenv("SALLYPORT_TRANSFER")
	if text == "" {
		return time.Minute
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// keeping is a configuration that keeps its sessions in a file.
func keeping(t *testing.T) (config, file string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "state")
	return open("auto") + fmt.Sprintf("[state]\nsnapshot = %q\nsnapshot_interval = \"2s\"\n", file), file
}

// TestS05TransfersSurviveARestart stops or kills the firewall in the middle of
// masqueraded transfers, IPv4 and IPv6, both ways at once, and starts it again a
// second later: every byte arrives, through the same external ports.
func TestS05TransfersSurviveARestart(t *testing.T) {
	need(t)
	for name, end := range map[string]func(*firewall){
		"SIGTERM": (*firewall).stop,
		"kill -9": func(w *firewall) { w.cmd.Kill() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			long := transferTime(t)
			l := newLab(t, lab.Config{})
			config, _ := keeping(t)
			w := startFirewall(t, l, config)
			var transfers []*duplex
			for i, f := range families {
				transfers = append(transfers, startDuplex(t, l.Inside, l.Outside, f.of(l.Outside), duplexPort+i, long))
			}
			time.Sleep(long / 2) // the middle of the transfers
			end(w)
			time.Sleep(time.Second) // the ends go on trying
			w = startFirewall(t, l, config)
			w.wantExternal(transfers)
			for i, d := range transfers {
				if err := d.wait(); err != nil {
					t.Errorf("%s: %v", families[i].name, err)
				}
			}
		})
	}
}

// sessionTuple is what these tests want of a session.
type sessionTuple struct {
	State string
	Reply struct {
		Dst   netip.Addr
		Dport uint16
	}
}

// wantExternal wants a session with the external address and port that each
// transfer's server sees.
func (f *firewall) wantExternal(transfers []*duplex) {
	f.t.Helper()
	for _, d := range transfers {
		want, found := d.peer(), false
		for _, s := range lines[sessionTuple](f, "sessions", "tcp") {
			found = found || netip.AddrPortFrom(s.Reply.Dst, s.Reply.Dport) == want
		}
		if !found {
			f.t.Errorf("no session has the external address %v", want)
		}
	}
}

// TestS04StrayACKOpensNothingAfterARestart sends rests of conversations that no
// session is left of, from both sides, over a firewall that has just restored
// another: they are refused, counted, and open nothing.
func TestS04StrayACKOpensNothingAfterARestart(t *testing.T) {
	need(t, "ping")
	l := newLab(t, lab.Config{})
	config, _ := keeping(t)
	w := startFirewall(t, l, config)
	ping(t, l.Inside, l.Outside.IPv4()) // a session to restore
	w.stop()
	w = startFirewall(t, l, config)
	inside, outside := watchArrivals(t, l.Inside), watchArrivals(t, l.Outside)
	in, out := l.Inside.IPv4(), l.Outside.IPv4()
	for _, stray := range []struct {
		from *lab.Host
		p    nettest.Packet
	}{
		{l.Inside, nettest.TCP(in.String()+":40000", out.String()+":443", nettest.Flags("A"), nettest.Seq(77), nettest.Ack(99))},
		{l.Inside, nettest.TCP(in.String()+":40000", out.String()+":443", nettest.Flags("PA"), nettest.Seq(77), nettest.Ack(99))},
		{l.Outside, nettest.TCP(out.String()+":443", "192.0.2.1:20000", nettest.Flags("A"), nettest.Seq(99), nettest.Ack(77))},
	} {
		sendRaw(t, stray.from, stray.p, stray.p)
	}
	eventually(t, "all three are refused", func() bool {
		i, o := w.stats()
		return i["no-session"] >= 2 && o["no-session"] >= 1
	})
	outside.wantNone(t, "outside")
	inside.wantNone(t, "inside")
	if s := lines[sessionTuple](w, "sessions", "tcp"); len(s) != 0 {
		t.Errorf("sessions: %+v", s)
	}
	if s := w.snapshot(); s.Restored == 0 {
		t.Errorf("nothing was restored, which this test is about: %+v", s)
	}
}

// snapshotStatus is what `sallyport status` says of the file.
type snapshotStatus struct {
	File, Refused, Error        string
	Written                     time.Time
	Sessions, Restored, LeftOut int
}

func (f *firewall) snapshot() snapshotStatus {
	f.t.Helper()
	var status struct{ Snapshot snapshotStatus }
	out, err := f.ask("status", "--json")
	if err == nil {
		err = json.Unmarshal(out, &status)
	}
	if err != nil {
		f.t.Fatal(err)
	}
	return status.Snapshot
}

// TestSnapshotOnARunningFirewall reads what it says of its file, damages that,
// and starts over it.
func TestSnapshotOnARunningFirewall(t *testing.T) {
	need(t, "ping")
	l := newLab(t, lab.Config{})
	config, file := keeping(t)
	w := startFirewall(t, l, config)
	ping(t, l.Inside, l.Outside.IPv4())
	eventually(t, "the file is written", func() bool { return w.snapshot().Sessions > 0 })
	if s := w.snapshot(); s.File != file || s.Written.IsZero() || s.Restored != 0 || s.Error != "" {
		t.Errorf("%+v", s)
	}
	w.stop()
	if info, err := os.Stat(file); err != nil || info.Mode() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	if err := os.Truncate(file, 100); err != nil {
		t.Fatal(err)
	}
	w = startFirewall(t, l, config)
	if s := w.snapshot(); s.Restored != 0 || s.Refused == "" || !strings.Contains(w.log.String(), "truncated") {
		t.Errorf("%+v", s)
	}
	if s := lines[sessionTuple](w, "sessions"); len(s) != 0 {
		t.Errorf("sessions: %+v", s)
	}
	ping(t, l.Inside, l.Outside.IPv4())
}
