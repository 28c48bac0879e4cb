package plumbing

import (
	"net/netip"
	"os"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"
	"gvisor.dev/gvisor/pkg/tcpip/header"

	"sallyport/netstack"
)

// forwarder is the least firewall there is: two plain TUN devices, each
// packet of one written to the other, one hop added back to its TTL. What is for
// an address of the box is written back to where it came from.
type forwarder struct {
	files [netstack.Sides]*os.File
	own   map[netip.Addr]bool
	done  sync.WaitGroup

	passed [netstack.Sides]atomic.Int64 // by side of arrival, and not for the box
	back   [netstack.Sides]atomic.Int64 // written back for the box

	turned atomic.Bool // write everything back to where it came from

	mu   sync.Mutex
	seen [][]byte // every packet read, in order
	// edit may change a packet before it is written, or swallow it by false.
	edit func(in netstack.Side, b []byte) bool
}

// forward makes the devices of s and forwards between them until stop.
func (l *lab) forward(s Spec, edit func(netstack.Side, []byte) bool) *forwarder {
	l.Helper()
	f := &forwarder{own: map[netip.Addr]bool{}, edit: edit}
	for _, a := range []string{"10.1.0.1", "fd00:1::1", "192.0.2.1", "2001:db8:2::1"} {
		f.own[netip.MustParseAddr(a)] = true
	}
	for _, side := range bothSides {
		f.files[side] = l.openTUN(s.Sides[side].TUN)
	}
	for _, side := range bothSides {
		f.done.Add(1)
		go f.loop(side)
	}
	l.Cleanup(f.stop)
	return f
}

func (l *lab) openTUN(name string) *os.File {
	l.Helper()
	fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	l.must(err)
	req, err := unix.NewIfreq(name)
	l.must(err)
	req.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
	l.must(unix.IoctlIfreq(fd, unix.TUNSETIFF, req))
	return os.NewFile(uintptr(fd), name)
}

// stop closes the devices, as the end of a process does: they are gone.
func (f *forwarder) stop() {
	for _, file := range f.files {
		file.Close()
	}
	f.done.Wait()
}

func (f *forwarder) loop(in netstack.Side) {
	defer f.done.Done()
	b := make([]byte, 65535)
	for {
		n, err := f.files[in].Read(b)
		if err != nil {
			return
		}
		f.handle(in, b[:n])
	}
}

func (f *forwarder) handle(in netstack.Side, b []byte) {
	f.mu.Lock()
	f.seen = append(f.seen, append([]byte(nil), b...))
	f.mu.Unlock()
	hop(b)
	if f.edit != nil && !f.edit(in, b) {
		return
	}
	if f.own[destination(b)] {
		f.back[in].Add(1)
		f.files[in].Write(b)
		return
	}
	f.passed[in].Add(1)
	if f.turned.Load() {
		f.files[in].Write(b)
		return
	}
	f.files[in.Opposite()].Write(b)
}

// hop gives back the hop that the kernel took on the way into the TUN.
func hop(b []byte) {
	if header.IPVersion(b) == 4 {
		ip := header.IPv4(b)
		ip.SetTTL(ip.TTL() + 1)
		ip.SetChecksum(0)
		ip.SetChecksum(^ip.CalculateChecksum())
		return
	}
	ip := header.IPv6(b)
	ip.SetHopLimit(ip.HopLimit() + 1)
}

func source(b []byte) netip.Addr      { return address(b, 12, 8) }
func destination(b []byte) netip.Addr { return address(b, 16, 24) }

func address(b []byte, at4, at6 int) netip.Addr {
	if header.IPVersion(b) == 4 {
		return netip.AddrFrom4([4]byte(b[at4:]))
	}
	return netip.AddrFrom16([16]byte(b[at6:]))
}

// find returns the packets read so far that match.
func (f *forwarder) find(match func([]byte) bool) (found [][]byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, b := range f.seen {
		if match(b) {
			found = append(found, b)
		}
	}
	return found
}
