package tun

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
	wgtun "golang.zx2c4.com/wireguard/tun"

	"sallyport/netstack"
)

// wireguardLink reads and writes through wireguard/tun. One Read is one packet
// of the kernel's, split into as many as it stands for, with checksums complete;
// one Write coalesces what belongs together. So its frames have no Offload.
type wireguardLink struct {
	dev   wgtun.Device
	ready *readiness
	spill spill
	batch int // packets that one Read may give and one Write may take

	bufs  [][]byte
	sizes []int
}

func newWireguardLink(dev wgtun.Device) (*wireguardLink, error) {
	conn, err := dev.File().SyscallConn()
	if err != nil {
		return nil, err
	}
	l := &wireguardLink{dev: dev, batch: dev.BatchSize()}
	l.sizes = make([]int, l.batch)
	var failed error
	err = conn.Control(func(fd uintptr) { l.ready, failed = newReadiness(int(fd)) })
	return l, errors.Join(err, failed)
}

// FD returns a descriptor that is readable while packets wait in the kernel's
// queue or, split already, in this Link.
func (l *wireguardLink) FD() int { return int(l.ready.epoll.Fd()) }

// Close wakes those who poll. The device is closed by its own Close.
func (l *wireguardLink) Close() error {
	l.ready.close()
	return nil
}

// Receive fills frames with what the last super-packet left over, and then with
// what is read: as long as half of them are free, so that seldom a packet finds
// none and must be kept, and copied, for the next Receive.
func (l *wireguardLink) Receive(frames []*netstack.Frame) (int, error) {
	n := l.spill.take(frames)
	var err error
	for err == nil && n <= len(frames)/2 && n < len(frames) && l.ready.queued() {
		var got int
		got, err = l.read(frames[n:])
		n += got
	}
	l.ready.raise(!l.spill.empty())
	return n, err
}

// read reads one packet of the kernel's into frames and, beyond them, the
// spill, and returns how many frames it filled.
func (l *wireguardLink) read(frames []*netstack.Frame) (int, error) {
	frames = frames[:min(len(frames), l.batch)]
	over := l.spill.room(l.batch - len(frames))
	l.bufs = appendSpace(appendSpace(l.bufs[:0], frames), over)
	n, err := l.dev.Read(l.bufs, l.sizes, 0)
	filled := l.fill(frames, l.sizes[:n])
	l.spill.filled(l.fill(over, l.sizes[filled:n]))
	return filled, batchError(err)
}

func appendSpace(bufs [][]byte, frames []*netstack.Frame) [][]byte {
	for _, f := range frames {
		bufs = append(bufs, f.Space())
	}
	return bufs
}

// fill gives frames their sizes, as far as there are both, and returns to how
// many.
func (l *wireguardLink) fill(frames []*netstack.Frame, sizes []int) int {
	n := min(len(frames), len(sizes))
	for i, f := range frames[:n] {
		f.SetLen(sizes[i])
		f.Offload = netstack.Offload{}
		restoreUDPChecksum(f.Bytes())
	}
	return n
}

// Send writes the frames in batches. A write that is refused counts as one
// frame even if several had been coalesced for it: the library does not tell.
func (l *wireguardLink) Send(frames []*netstack.Frame) (refused int, err error) {
	for len(frames) > 0 && err == nil {
		n := min(len(frames), l.batch)
		var failed int
		failed, err = l.write(frames[:n])
		refused += failed
		frames = frames[n:]
	}
	return refused + len(frames), err
}

// write writes at most one batch and returns how many frames were refused.
func (l *wireguardLink) write(frames []*netstack.Frame) (refused int, err error) {
	l.bufs = l.bufs[:0]
	for _, f := range frames {
		if len(f.Bytes()) > 0 && finish(f) {
			l.bufs = append(l.bufs, f.WithHeadroom(netstack.VirtioHeaderLen))
		}
	}
	refused = len(frames) - len(l.bufs)
	if len(l.bufs) == 0 {
		return refused, nil
	}
	_, err = l.dev.Write(l.bufs, netstack.VirtioHeaderLen)
	if errors.Is(err, os.ErrClosed) {
		return len(frames), os.ErrClosed
	}
	return refused + count(err), nil
}

// count returns the number of errors that were joined to err.
func count(err error) int {
	if err == nil {
		return 0
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		n := 0
		for _, e := range joined.Unwrap() {
			n += count(e)
		}
		return n
	}
	return 1
}

// batchError is what Receive returns after a Read that returned err. Only the
// file's own errors are the device's: others speak of one packet that could not
// be split, or of the library's watch over the interface, which nobody here
// relies on.
func batchError(err error) error {
	if errors.Is(err, os.ErrClosed) {
		return os.ErrClosed
	}
	var path *fs.PathError
	if !errors.As(err, &path) || errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EINVAL) {
		return nil
	}
	return err
}
