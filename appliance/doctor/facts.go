package doctor

import (
	"net/netip"

	"sallyport/netstack"
)

// Facts are what was seen. An error field is nil if the thing could be done.
type Facts struct {
	Kernel string // release, as of uname -r

	NodeErr    error // opening /dev/net/tun
	NetAdmin   bool  // CAP_NET_ADMIN is in effect
	Driver     string
	DriverWhy  string // why not a better one
	DriverErr  error  // making a device
	RulesErr   error  // listing policy rules
	SysWritten bool   // /proc/sys/net may be written

	RPFilter    int // net.ipv4.conf.all.rp_filter
	IPForward   int // net.ipv4.ip_forward
	IP6Forward  int // net.ipv6.conf.all.forwarding; -1: no IPv6 here
	Interfaces  []Interface
	Sides       []SideFact // empty: nobody said which
	Leftovers   []string   // rules and routes with this program's mark
	Ephemeral   netstack.PortRange
	Listeners   []Socket // not on a loopback address
	Nameservers []netip.Addr
	CutOff      []string  // login sessions that a start would end, as Lockout has them
	Running     *Instance // nil: none
	Socket      string    // where one was looked for
}

// Interface is one link other than a loopback.
type Interface struct {
	Name       string
	MTU        int
	Up         bool
	Addresses  []netip.Prefix
	Forwarding bool // the kernel forwards what arrives here, of either family
}

// SideFact is an interface that a side is to be steered from.
type SideFact struct {
	Side  string // inside or outside
	Asked string // name or subnet
	Name  string // the interface found
	Err   error
}

// Socket is one socket of the box that others can reach.
type Socket struct {
	Protocol string // tcp or udp
	Local    netip.AddrPort
}

// Instance is a firewall that answers already.
type Instance struct {
	PID     int
	Ready   bool
	Devices []string // its TUNs
	OneWay  []string // the busiest pairs of addresses that it sees one way only
}

// own reports whether name is a device of the running firewall.
func (f *Facts) own(name string) bool {
	if f.Running == nil {
		return false
	}
	for _, d := range f.Running.Devices {
		if d == name {
			return true
		}
	}
	return false
}

// steered reports whether a side is to be steered from the interface name.
func (f *Facts) steered(name string) bool {
	for _, s := range f.Sides {
		if s.Name == name {
			return true
		}
	}
	return false
}
