package plumbing

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestInspect(t *testing.T) {
	l := newLab(t)
	state := func() State {
		s, err := Inspect()
		l.must(err)
		return s
	}
	if s := state(); len(s.Rules)+len(s.Routes)+len(s.Running) > 0 || s.Leftover() {
		t.Errorf("before: %+v", s)
	}
	p, f := l.open(spec(), "", nil)
	if s := state(); s.Leftover() || len(s.Running) == 0 || !strings.Contains(s.Running[0], "dev sp-in") {
		t.Errorf("running: %+v", s)
	}
	f.stop()
	if s := state(); !s.Leftover() {
		t.Errorf("killed: %+v", s)
	}
	l.must(p.Undo())
	if s := state(); len(s.Rules)+len(s.Routes) > 0 || s.Leftover() {
		t.Errorf("undone: %+v", s)
	}
}

// What the rules of an earlier run say is what they were made from: ip(8) would
// make the same.
func TestListedAsMade(t *testing.T) {
	l := newLab(t)
	p, _ := l.open(gatewaySpec(), "", nil)
	for _, f := range families {
		want, err := planRules(f, p.spec, p.links, ephemeralHere(l))
		l.must(err)
		have := l.rulesOf(f)
		if len(have) != len(want) {
			t.Fatalf("%s: %d rules, want %d", f.ip(), len(have), len(want))
		}
		for i := range want {
			if have[i] != want[i].listed() {
				t.Errorf("%s rule %v was made as %v", f.ip(), want[i], have[i])
			}
		}
	}
}

// A killed run used another interface: nothing guards it any more, so it is as
// before at once.
func TestStartOnOtherInterfaces(t *testing.T) {
	l := newLab(t)
	l.wire(l.out, "far2", "eth2")
	l.run("ip addr add 203.0.113.1/24 dev eth2", "ip link set eth2 up")
	l.at(l.out, func() { l.run("ip link set far2 up") })
	l.settle()
	before, dir := l.snapshot(), t.TempDir()
	s := gatewaySpec()
	_, f := l.open(s, dir, nil)
	f.stop()
	s.Sides[0].Interface, s.Sides[0].Gateway = "eth2", nil
	p, f := l.open(s, dir, nil)
	for name, want := range map[string]string{"eth0": "0", "eth1": "1", "eth2": "1"} {
		if got, _ := readSysctl("net/ipv4/conf/" + name + "/forwarding"); got != want {
			t.Errorf("forwarding of %s is %s, want %s", name, got, want)
		}
	}
	if out, _ := l.try("ip addr show dev eth0"); strings.Contains(out, "10.1.0.254") {
		t.Error("the gateway address of the killed run is still there")
	}
	l.shut(p, f, before)
}

// A record that cannot be read, or is of another namespace, is not believed.
func TestRecordsNotBelieved(t *testing.T) {
	for name, text := range map[string]string{
		"damaged":           `{"namespace": `,
		"another namespace": `{"namespace": "1:1", "devices": [{"index": 1, "settings": {"1": 1}}]}`,
		"none":              "",
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t)
			dir := t.TempDir()
			_, f := l.open(spec(), dir, nil)
			f.stop()
			file := filepath.Join(dir, recordName)
			l.must(os.Remove(file))
			if text != "" {
				l.must(os.WriteFile(file, []byte(text), 0o600))
			}
			p, err := Prepare(spec(), dir)
			l.must(err)
			if w := p.Warnings(); len(w) != 1 || !strings.Contains(w[0], "no record") {
				t.Errorf("warnings: %q", w)
			}
			l.must(p.Undo())
			if v, _ := readSysctl("net/ipv4/conf/lo/forwarding"); v != "0" {
				t.Error("a device was changed by a record of another namespace")
			}
		})
	}
}

// A record without a killed run is old: the settings now are the ones to keep.
func TestAnOldRecord(t *testing.T) {
	l := newLab(t)
	dir := t.TempDir()
	_, f := l.open(spec(), dir, nil)
	f.stop()
	for _, f := range families {
		l.must(restoreMovedLocal(f))
		l.must(applyRules(f, nil))
		for _, table := range ourTables() {
			l.must(fillTable(f, table, nil))
		}
	}
	before := l.snapshot() // forwarding is on, by whomever
	p, f := l.open(spec(), dir, nil)
	l.shut(p, f, before)
}

// A device that somebody made to last is theirs: it is put back as it was.
func TestPersistentDevices(t *testing.T) {
	l := newLab(t)
	l.run("ip tuntap add dev sp-in mode tun", "ip tuntap add dev sp-out mode tun", "ip link set sp-out mtu 1300")
	l.must(writeSysctl("net/ipv4/conf/all/rp_filter", "1"))
	l.run("ip link set sp-in up", "ip link set sp-in down", "ip link set sp-out up", "ip link set sp-out down")
	before := l.snapshot()
	p, f := l.open(spec(), "", nil)
	l.shut(p, f, before)
}
