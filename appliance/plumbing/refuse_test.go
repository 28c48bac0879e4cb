package plumbing

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sallyport/netstack"
)

func TestRefusesWhatIsSomebodyElses(t *testing.T) {
	for _, c := range []struct{ name, command, says string }{
		{"a preference", "ip rule add pref 900 from 198.51.100.0/24 lookup main", "preferences"},
		{"a preference of IPv6", "ip -6 rule add pref 12 from 2001:db8:9::/64 lookup main", "preferences"},
		{"a rule to a table", "ip rule add pref 20000 from 198.51.100.0/24 lookup 8301", "table 8301"},
		{"a route in a table", "ip route add blackhole 198.51.100.0/24 table 8312", "table 8312"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newLab(t)
			l.run(c.command)
			before := l.snapshot()
			if _, err := Prepare(spec(), ""); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("error %v, want one about %s", err, c.says)
			}
			l.unchanged(before)
		})
	}
}

func TestRefusesProxyARPForAll(t *testing.T) {
	l := newLab(t)
	l.must(writeSysctl("net/ipv4/conf/all/proxy_arp", "1"))
	before := l.snapshot()
	if _, err := Prepare(spec(), ""); err == nil || !strings.Contains(err.Error(), "--sysctl net.ipv4.conf.all.proxy_arp=0") {
		t.Errorf("error %v", err)
	}
	l.unchanged(before)
}

func TestRefusesASecondFirewall(t *testing.T) {
	l := newLab(t)
	l.open(spec(), "", nil)
	before := l.snapshot()
	if _, err := Prepare(spec(), ""); err == nil || !strings.Contains(err.Error(), "another firewall is running") {
		t.Errorf("error %v", err)
	}
	l.unchanged(before)
}

func TestWithoutARunDirectory(t *testing.T) {
	l := newLab(t)
	file := filepath.Join(t.TempDir(), "file")
	l.must(os.WriteFile(file, nil, 0o600))
	before := l.snapshot()
	p, f := l.open(spec(), filepath.Join(file, "dir"), nil)
	if w := p.Warnings(); len(w) != 1 || !strings.Contains(w[0], "cannot be kept") {
		t.Errorf("warnings %q", w)
	}
	l.shut(p, f, before)
}

// An interface that belongs to neither side keeps its settings and its traffic.
func TestAThirdLegIsLeftAlone(t *testing.T) {
	l := newLab(t)
	l.wire(l.out, "far2", "eth2")
	l.run("ip addr add 203.0.113.1/24 dev eth2", "ip link set eth2 up")
	l.at(l.out, func() { l.run("ip addr add 203.0.113.2/24 dev far2", "ip link set far2 up") })
	before, _ := l.try("ip netconf show dev eth2")
	_, f := l.open(spec(), "", swallow)
	l.serve(l.out, "203.0.113.2:7777")
	l.serve(l.fw, "203.0.113.1:7777")
	l.reach(l.fw, "203.0.113.2")
	l.at(l.out, func() { l.talk("203.0.113.1") })
	if after, _ := l.try("ip netconf show dev eth2"); after != before {
		t.Errorf("settings changed from %s to %s", before, after)
	}
	if len(f.find(anything)) > 0 {
		t.Error("the firewall saw the third leg's packets")
	}
}

func TestUpdate(t *testing.T) {
	l := newLab(t)
	s := spec()
	s.Self = []SelfService{self(0, netstack.TCP, 7777, true)}
	p, _ := l.open(s, "", swallow)
	l.serve(l.fw, "10.1.0.1:7777")
	reached := func() (err error) {
		l.at(l.in, func() { err = asks("tcp", "10.1.0.1:7777", bound/10, "hello") })
		return err
	}
	l.must(reached())
	s.Self = nil
	l.must(p.Update(s))
	if reached() == nil {
		t.Error("the service is still reached")
	}
	s.Self = []SelfService{self(0, netstack.TCP, 7777, true)}
	s.Sides[0].Gateway = prefixes("10.1.0.254/24")
	s.Sides[0].IPv6, s.Sides[1].IPv6 = false, false
	l.must(p.Update(s))
	l.must(reached())
	l.at(l.in, func() {
		l.run("ip route replace default via 10.1.0.254")
		l.serve(l.out, "192.0.2.2:7777")
		l.talk("192.0.2.2")
		if l.ping("2001:db8:2::2") {
			t.Error("IPv6 still passes")
		}
	})
	l.must(p.Update(spec()))
	l.at(l.in, func() {
		if !l.ping("2001:db8:2::2") {
			t.Error("IPv6 does not pass again")
		}
	})
	if out, _ := l.try("ip addr show dev eth0"); strings.Contains(out, "10.1.0.254") {
		t.Error("the gateway address is still there")
	}
}

func TestWarnsOfAnInterfaceThatIsDown(t *testing.T) {
	l := newLab(t)
	l.run("ip link set eth1 down")
	p, err := Prepare(spec(), "")
	l.must(err)
	if w := p.Warnings(); len(w) != 1 || !strings.Contains(w[0], "eth1 is down") {
		t.Errorf("warnings %q", w)
	}
}
