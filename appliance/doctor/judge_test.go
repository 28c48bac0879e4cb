package doctor

import (
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"sallyport/netstack"
)

// healthy are the facts of a machine on which everything works.
func healthy() *Facts {
	return &Facts{
		Kernel: "6.18.44-amd64", NetAdmin: true, Driver: "vnet", SysWritten: true, IP6Forward: 0, Socket: "/run/s",
		Interfaces: []Interface{
			{Name: "eth0", MTU: 1500, Up: true, Forwarding: true, Addresses: prefixes("10.1.0.1/24", "fd00:1::1/64")},
			{Name: "eth1", MTU: 1500, Up: true, Forwarding: true, Addresses: prefixes("192.0.2.1/24", "fd00:2::1/64")},
			{Name: "eth2", MTU: 1500, Up: true, Addresses: prefixes("172.16.0.1/24")},
		},
		Sides:       []SideFact{{"inside", "eth0", "eth0", nil}, {"outside", "192.0.2.0/24", "eth1", nil}},
		Ephemeral:   netstack.PortRange{First: 32768, Last: 60999},
		Listeners:   []Socket{{"tcp", netip.MustParseAddrPort("0.0.0.0:22")}},
		Nameservers: []netip.Addr{netip.MustParseAddr("192.0.2.53")},
	}
}

func prefixes(words ...string) (all []netip.Prefix) {
	for _, w := range words {
		all = append(all, netip.MustParsePrefix(w))
	}
	return all
}

func TestHealthyMachine(t *testing.T) {
	for _, f := range Judge(healthy()) {
		if f.Level != OK || f.Fix != "" || f.Found == "" {
			t.Errorf("%+v", f)
		}
	}
}

func TestFindings(t *testing.T) {
	for _, c := range []struct {
		what   string
		change func(*Facts)
		name   string
		level  Level
		found  string // part of it
		fix    string // part of it
	}{
		{"no device node", func(f *Facts) { f.NodeErr = errors.New("open /dev/net/tun: no such file or directory") },
			"tun", Fail, "no such file", "--device /dev/net/tun"},
		{"no capability", func(f *Facts) { f.NetAdmin = false },
			"capability", Fail, "CAP_NET_ADMIN", "--cap-add NET_ADMIN"},
		{"no device", func(f *Facts) { f.DriverErr = errors.New("device busy") }, "driver", Fail, "device busy", ""},
		{"a lesser driver", func(f *Facts) { f.Driver, f.DriverWhy = "water", "vnet: the kernel refuses" },
			"driver", Warn, "water, which is slower: vnet", ""},
		{"Linux 4.4", func(f *Facts) { f.Kernel = "4.4.0-210" }, "kernel", Fail, "4.4.0-210", "4.17"},
		{"Linux 4.17", func(f *Facts) { f.Kernel = "4.17.0" }, "kernel", OK, "UDP", ""},
		{"Linux 6.1", func(f *Facts) { f.Kernel = "6.1.0" }, "kernel", OK, "UDP", ""},
		{"Linux 6.10", func(f *Facts) { f.Kernel = "6.10.0" }, "kernel", OK, "Linux 6.10.0", ""},
		{"no release", func(f *Facts) { f.Kernel = "" }, "kernel", Warn, "cannot be read", ""},
		{"no policy rules", func(f *Facts) { f.RulesErr = errors.New("operation not supported") },
			"policy-routing", Fail, "not supported", "CONFIG_IP_MULTIPLE_TABLES"},
		{"read-only /proc/sys", func(f *Facts) { f.SysWritten, f.IP6Forward = false, 1 }, "proc-sys", OK, "rtnetlink", ""},
		{"strict reverse path", func(f *Facts) { f.RPFilter = 1 }, "rp-filter", OK, "overrule", ""},
		{"IPv4 forwarding off", func(f *Facts) { f.IPForward = 0 }, "ip-forward", OK, "does not matter", ""},
		{"IPv6 cannot be forwarded", func(f *Facts) { f.SysWritten = false },
			"ipv6-forward", Fail, "no IPv6", "--sysctl net.ipv6.conf.all.forwarding=1"},
		{"IPv6 elsewhere only", func(f *Facts) {
			f.SysWritten = false
			f.Interfaces[0].Addresses = prefixes("10.1.0.1/24", "fe80::1/64")
			f.Interfaces[2].Addresses = prefixes("fd00:3::1/64")
		}, "ipv6-forward", OK, "no two interfaces in question", ""},
		{"no IPv6 in the kernel", func(f *Facts) { f.IP6Forward = -1 }, "ipv6-forward", OK, "no IPv6", ""},
		{"nothing plugged in", func(f *Facts) { f.Interfaces = nil }, "interfaces", Fail, "none", "two networks"},
		{"nobody said which", func(f *Facts) { f.Sides = nil }, "sides", OK, "--inside", ""},
		{"no such interface", func(f *Facts) {
			f.Sides[0] = SideFact{"inside", "eth9", "", errors.New(`interface "eth9": no such interface`)}
		},
			"inside", Fail, "eth9", "name one that is there"},
		{"twice the same", func(f *Facts) { f.Sides[0].Name = "eth1" }, "sides", Fail, "the same interface, eth1", "two different"},
		{"interface down", func(f *Facts) { f.Interfaces[1].Up = false }, "outside", Fail, "eth1 is down", "ip link set eth1 up"},
		{"no address", func(f *Facts) { f.Interfaces[1].Addresses = nil }, "outside", Warn, "no address", "gateway"},
		{"left of a killed run", func(f *Facts) { f.Sides, f.Leftovers = nil, []string{"12 IPv4 rules", "4 IPv4 routes"} },
			"leftovers", Warn, "12 IPv4 rules; 4 IPv4 routes", "start sallyport again"},
		{"left, and about to be started", func(f *Facts) { f.Leftovers = []string{"12 IPv4 rules"} }, "leftovers", OK, "replaces", ""},
		{"a third leg", func(f *Facts) { f.Interfaces[2].Forwarding = true },
			"third-leg", Warn, "eth2", "sysctl -w net/ipv4/conf/eth2/forwarding=0 net/ipv6/conf/eth2/forwarding=0"},
		{"an ephemeral listener", func(f *Facts) {
			f.Listeners = append(f.Listeners, Socket{"udp", netip.MustParseAddrPort("[::]:40000")})
		},
			"listener", Warn, "udp [::]:40000", "ss -Hlnup 'sport = :40000'"},
		{"Docker's resolver", func(f *Facts) { f.Nameservers = []netip.Addr{netip.MustParseAddr("127.0.0.11")} },
			"docker-dns", Warn, "127.0.0.11", "dns:"},
		{"somebody logged in", func(f *Facts) { f.CutOff = []string{"a login session from 203.0.113.5:51515"} },
			"login", Warn, "203.0.113.5:51515", "--yes"},
		{"one runs", func(f *Facts) { f.Running = &Instance{PID: 17, Ready: true, Devices: nil} }, "running", OK, "pid 17", ""},
		{"seen one way", func(f *Facts) { f.Running = &Instance{PID: 17, OneWay: []string{"192.0.2.9 to 10.1.0.5"}} },
			"asymmetric", Warn, "192.0.2.9 to 10.1.0.5", "loose"},
		{"one hangs", func(f *Facts) { f.Running = &Instance{PID: 17, Ready: false, Devices: nil} }, "running", Warn, "not ready", "log"},
	} {
		t.Run(c.what, func(t *testing.T) {
			f := healthy()
			c.change(f)
			got := Judge(f)
			i := slices.IndexFunc(got, func(g Finding) bool { return g.Name == c.name })
			if i < 0 {
				t.Fatalf("no finding %q in %+v", c.name, got)
			}
			g := got[i]
			if g.Level != c.level || !strings.Contains(g.Found, c.found) || !strings.Contains(g.Fix, c.fix) || (c.fix == "") != (g.Fix == "") {
				t.Errorf("%+v", g)
			}
			if Failed(got) != (c.level == Fail) {
				t.Errorf("failed: %v", Failed(got))
			}
		})
	}
}

func from(iface string) Login {
	return Login{netip.MustParseAddrPort("203.0.113.5:51515"), netip.MustParseAddrPort("192.0.2.1:22"), iface}
}

// What is not wrong is not mentioned.
func TestSilence(t *testing.T) {
	for what, change := range map[string]func(*Facts){
		"third-leg": func(f *Facts) {
			f.Running = &Instance{PID: 17, Ready: true, Devices: []string{"eth2"}}
			f.Interfaces[2].Forwarding = true
		},
		"leftovers": func(f *Facts) {
			f.Running = &Instance{PID: 17, Ready: true, Devices: nil}
			f.Leftovers = []string{"12 IPv4 rules"}
		},
		"listener":   func(f *Facts) { f.Listeners = []Socket{{"tcp", netip.MustParseAddrPort("0.0.0.0:8080")}} },
		"driver":     func(f *Facts) { f.NetAdmin, f.DriverErr = false, errors.New("no") },
		"docker-dns": func(*Facts) {},
	} {
		f := healthy()
		change(f)
		for _, g := range Judge(f) {
			if g.Name == what {
				t.Errorf("%+v", g)
			}
		}
	}
}

func TestCutOff(t *testing.T) {
	none, ssh := func(Login) bool { return false }, func(l Login) bool { return l.To.Port() == 22 }
	lines := cutOff([]Login{from("eth1"), from("eth2")}, []string{"eth0", "eth1"}, none)
	want := "a login session from 203.0.113.5:51515 to 192.0.2.1:22 comes in through eth1"
	if len(lines) != 1 || lines[0] != want {
		t.Errorf("got %q", lines)
	}
	if lines := cutOff([]Login{from("eth1")}, []string{"eth1"}, ssh); len(lines) != 0 {
		t.Errorf("cut off in spite of a rule for it: %q", lines)
	}
}
