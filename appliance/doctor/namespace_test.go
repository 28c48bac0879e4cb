package doctor

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/vishvananda/netlink"

	"sallyport/appliance/lab"
	"sallyport/appliance/lab/labtest"
	"sallyport/appliance/plumbing"
)

// firewall is a host with two legs that nothing was done to yet. No namespace
// is made for users who may not; the pure tests are theirs.
func firewall(t *testing.T) *lab.Lab {
	t.Helper()
	t.Setenv("SSH_CONNECTION", "203.0.113.5 51515 203.0.113.1 22") // to this machine, but not to the lab
	return labtest.New(t, lab.Config{})
}

// gathered looks at the lab's firewall.
func gathered(t *testing.T, l *lab.Lab, s Subject) (f *Facts) {
	t.Helper()
	err := l.Firewall.Do(func() error {
		f = Gather(t.Context(), s)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func linkNames(t *testing.T, l *lab.Lab) (names []string) {
	t.Helper()
	err := l.Firewall.Do(func() error {
		links, err := netlink.LinkList()
		for _, link := range links {
			names = append(names, link.Attrs().Name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestGatherInANamespace(t *testing.T) {
	l := firewall(t)
	before := linkNames(t, l)
	f := gathered(t, l, Subject{Inside: "eth0", Outside: "192.0.2.0/24", Socket: t.TempDir() + "/none"})
	if after := linkNames(t, l); !slices.Equal(before, after) {
		t.Errorf("links before %v, after %v", before, after)
	}
	if f.NodeErr != nil || !f.NetAdmin || f.DriverErr != nil || f.Driver == "" || f.RulesErr != nil {
		t.Errorf("device: %+v", f)
	}
	if len(f.Sides) != 2 || f.Sides[0].Name != "eth0" || f.Sides[1].Name != "eth1" || f.Sides[1].Err != nil {
		t.Errorf("sides: %+v", f.Sides)
	}
	if len(f.Interfaces) != 2 || !slices.Contains(f.Interfaces[0].Addresses, netip.MustParsePrefix("10.1.0.1/24")) || !f.Interfaces[0].Up {
		t.Errorf("interfaces: %+v", f.Interfaces)
	}
	if f.Interfaces[0].Forwarding || len(f.Leftovers) != 0 || len(f.CutOff) != 0 || len(f.Listeners) != 0 || f.Running != nil {
		t.Errorf("in an untouched namespace: %+v", f)
	}
	if f.Ephemeral.First == 0 || f.Kernel == "" {
		t.Errorf("settings: %+v", f)
	}
	if findings := Judge(f); Failed(findings) {
		t.Errorf("%+v", findings)
	}
}

func TestGatherSeesTheInterface(t *testing.T) {
	f := gathered(t, firewall(t), Subject{Inside: "eth7", Socket: t.TempDir() + "/none"})
	if len(f.Sides) != 1 || f.Sides[0].Err == nil || !Failed(Judge(f)) {
		t.Errorf("sides: %+v", f.Sides)
	}
}

func TestGatherLeftovers(t *testing.T) {
	l := firewall(t)
	err := l.Firewall.Do(func() error {
		rule := netlink.NewRule()
		rule.Family, rule.Priority, rule.Table, rule.Protocol = netlink.FAMILY_V6, 960, 8301, plumbing.Mark
		if err := netlink.RuleAdd(rule); err != nil {
			return err
		}
		_, all, _ := net.ParseCIDR("0.0.0.0/0")
		return netlink.RouteAdd(&netlink.Route{Dst: all, Table: 8301, Type: 6 /* RTN_BLACKHOLE */, Protocol: plumbing.Mark})
	})
	if err != nil {
		t.Fatal(err)
	}
	f := gathered(t, l, Subject{Socket: t.TempDir() + "/none"})
	if got := strings.Join(f.Leftovers, ", "); got != "1 IPv4 route, 1 IPv6 rule" {
		t.Errorf("leftovers %q", got)
	}
}

// An outside host is logged in to port 22 of the firewall, which also listens on
// an ephemeral port.
func TestGatherLoginsAndListeners(t *testing.T) {
	l := firewall(t)
	var ssh, high net.Listener
	err := l.Firewall.Do(func() (err error) {
		if ssh, err = net.Listen("tcp", "192.0.2.1:22"); err != nil {
			return err
		}
		high, err = net.Listen("tcp", "[::]:40000")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	defer ssh.Close()
	defer high.Close()
	var client net.Conn
	err = l.Outside.Do(func() (err error) {
		client, err = net.Dial("tcp", "192.0.2.1:22")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()

	f := gathered(t, l, Subject{Inside: "eth0", Outside: "eth1", Socket: t.TempDir() + "/none"})
	want := fmt.Sprintf("a login session from %v to 192.0.2.1:22 comes in through eth1", client.LocalAddr())
	if len(f.CutOff) != 1 || f.CutOff[0] != want {
		t.Errorf("cut off: %q", f.CutOff)
	}
	for _, name := range []string{"login", "listener"} {
		if !slices.ContainsFunc(Judge(f), func(g Finding) bool { return g.Name == name && g.Level == Warn }) {
			t.Errorf("no %s in %+v", name, Judge(f))
		}
	}
	var lines, allowed, elsewhere []string
	err = l.Firewall.Do(func() error {
		lines = Lockout([]string{"eth0", "eth1"}, func(Login) bool { return false })
		allowed = Lockout([]string{"eth0", "eth1"}, func(l Login) bool { return l.To.Port() == 22 })
		elsewhere = Lockout([]string{"eth0"}, func(Login) bool { return false })
		return nil
	})
	if err != nil || len(lines) != 1 || len(allowed)+len(elsewhere) != 0 {
		t.Errorf("lockout: %q, %q, %q, %v", lines, allowed, elsewhere, err)
	}
}
