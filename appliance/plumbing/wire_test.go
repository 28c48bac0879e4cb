package plumbing

import (
	"errors"
	"net/netip"
	"os"
	"time"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

// wire reads every frame of one interface.
type wire struct {
	l    *lab
	fd   int
	link netlink.Link
}

// listen taps an interface of namespace ns.
func (l *lab) listen(ns netns.NsHandle, name string) *wire {
	l.Helper()
	w := &wire{l: l}
	l.at(ns, func() {
		var err error
		w.link, err = netlink.LinkByName(name)
		l.must(err)
		w.fd, err = unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, int(htons(unix.ETH_P_ALL)))
		l.must(err)
		l.must(unix.Bind(w.fd, &unix.SockaddrLinklayer{Protocol: htons(unix.ETH_P_ALL), Ifindex: w.link.Attrs().Index}))
		timeout := unix.NsecToTimeval(int64(bound))
		l.must(unix.SetsockoptTimeval(w.fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &timeout))
	})
	l.Cleanup(func() { unix.Close(w.fd) })
	return w
}

func htons(v uint16) uint16 { return v<<8 | v>>8 }

// until returns all frames that arrive before the one that ends it.
func (w *wire) until(last func(frame []byte) bool) (frames [][]byte) {
	w.l.Helper()
	b := make([]byte, 65535)
	for deadline := time.Now().Add(bound); time.Now().Before(deadline); {
		n, from, err := unix.Recvfrom(w.fd, b, 0)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		w.l.must(os.NewSyscallError("recvfrom", err))
		if a := from.(*unix.SockaddrLinklayer); a.Pkttype == unix.PACKET_OUTGOING {
			continue
		}
		frame := append([]byte(nil), b[:n]...)
		if last(frame) {
			return frames
		}
		frames = append(frames, frame)
	}
	w.l.Fatal("the last frame never came")
	return nil
}

// between reports whether a frame is an IP packet between two networks.
func between(frame []byte, a, b netip.Prefix) bool {
	ip, ok := packet(frame)
	if !ok || ip == nil {
		return false
	}
	src, dst := source(ip), destination(ip)
	return a.Contains(src) && b.Contains(dst) || a.Contains(dst) && b.Contains(src)
}

// packet is the IP packet in an Ethernet frame.
func packet(frame []byte) ([]byte, bool) {
	if len(frame) < 14+40 {
		return nil, false
	}
	switch kind := uint16(frame[12])<<8 | uint16(frame[13]); kind {
	case unix.ETH_P_IP, unix.ETH_P_IPV6:
		return frame[14:], true
	}
	return nil, false
}
