package doctor

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"sallyport/appliance/control"
	"sallyport/appliance/plumbing"
	"sallyport/netstack/tun"
)

// Subject is what the doctor is asked about.
type Subject struct {
	// Inside and Outside are interface names or subnets to find them by; both
	// empty: none in particular. A bare TUN is left empty.
	Inside, Outside string
	Socket          string // where a running firewall would answer
}

// probeName is that of the device the driver is tried out on.
const probeName = "sp-doctor%d"

// Gather looks at the calling thread's network namespace. It makes a TUN device
// for a moment, if it may. It knows no policy: CutOff holds every session that
// comes in through a side.
func Gather(ctx context.Context, s Subject) *Facts {
	f := &Facts{Socket: s.Socket, Running: instance(ctx, s.Socket)}
	f.gatherDevice()
	f.gatherSettings()
	f.gatherNetwork()
	f.gatherSides(s)
	f.CutOff = Lockout(f.sideNames(), func(Login) bool { return false })
	return f
}

func (f *Facts) gatherSides(s Subject) {
	for _, side := range []SideFact{{Side: "inside", Asked: s.Inside}, {Side: "outside", Asked: s.Outside}} {
		if side.Asked != "" {
			link, err := plumbing.Resolve(side.Asked)
			side.Name, side.Err = link.Name, err
			f.Sides = append(f.Sides, side)
		}
	}
}

func (f *Facts) sideNames() (names []string) {
	for _, s := range f.Sides {
		if s.Err == nil {
			names = append(names, s.Name)
		}
	}
	return names
}

// instance returns the firewall that answers on socket.
func instance(ctx context.Context, socket string) *Instance {
	client := control.NewClient(socket)
	status, err := client.Status(ctx)
	if err != nil {
		return nil
	}
	i := &Instance{PID: status.PID, Ready: status.Ready}
	for _, side := range status.Sides {
		i.Devices = append(i.Devices, side.Device)
	}
	if pairs, err := client.Asymmetric(ctx); err == nil {
		i.OneWay = oneWay(pairs)
	}
	return i
}

// fewPairs is how many asymmetric pairs are told.
const fewPairs = 5

func oneWay(pairs []control.Asymmetric) (out []string) {
	for _, p := range pairs[:min(fewPairs, len(pairs))] {
		out = append(out, fmt.Sprintf("%v to %v (by %s, packets: %d)", p.Src, p.Dst, p.In, p.Packets))
	}
	return out
}

func (f *Facts) gatherDevice() {
	var name unix.Utsname
	if unix.Uname(&name) == nil {
		f.Kernel = unix.ByteSliceToString(name.Release[:])
	}
	f.NetAdmin = netAdmin()
	file, err := os.OpenFile("/dev/net/tun", os.O_RDWR, 0)
	if f.NodeErr = err; err == nil {
		file.Close()
	}
	if err != nil || !f.NetAdmin {
		return
	}
	device, err := tun.Open(tun.Options{Name: probeName})
	if f.DriverErr = err; err == nil {
		f.Driver, f.DriverWhy = string(device.Driver()), device.Why()
		device.Close()
	}
}

// netAdmin reports whether the calling thread has CAP_NET_ADMIN in effect.
func netAdmin() bool {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	return unix.Capget(&header, &data[0]) == nil && data[0].Effective>>unix.CAP_NET_ADMIN&1 != 0
}

func (f *Facts) gatherSettings() {
	f.SysWritten = unix.Access("/proc/sys/net/ipv4/conf/all/rp_filter", unix.W_OK) == nil
	f.RPFilter = sysctl("ipv4/conf/all/rp_filter", 0)
	f.IPForward = sysctl("ipv4/ip_forward", 0)
	f.IP6Forward = sysctl("ipv6/conf/all/forwarding", -1)
	f.Ephemeral, _ = plumbing.Ephemeral() // none: nobody is warned of
	f.Nameservers = nameservers("/etc/resolv.conf")
}

// sysctl reads a number below /proc/sys/net; instead if there is none.
func sysctl(name string, instead int) int {
	b, err := os.ReadFile("/proc/sys/net/" + name)
	if err != nil {
		return instead
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil {
		return instead
	}
	return n
}
