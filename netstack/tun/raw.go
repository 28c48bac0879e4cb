package tun

import (
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"sallyport/netstack"
)

// rawLink carries a packet in one raw system call, which the scheduler does not
// see and which never waits: the descriptor is non-blocking, or garbage
// collection would stall behind it.
type rawLink struct {
	file *os.File
	conn syscall.RawConn // keeps the descriptor from being closed, and its number from being reused, under a call
	fd   int
	form form

	// The batch at hand, and the two ways to treat it, bound once: a closure
	// for every batch would be an allocation.
	frames        []*netstack.Frame
	n             int // how many were filled, or packets refused
	err           error
	receive, send func(fd uintptr)
}

// form is how a packet looks on the wire between process and kernel.
type form struct {
	header   int                          // bytes in front of the packet
	decode   func(*netstack.Frame)        // header to Offload
	encode   func(f *netstack.Frame) bool // Offload to header; false if the device cannot carry it
	offloads netstack.Offloads            // super-packets that may be made for it
}

func newRawLink(file *os.File, form form) (*rawLink, error) {
	conn, err := file.SyscallConn()
	if err != nil {
		return nil, err
	}
	l := &rawLink{file: file, conn: conn, form: form}
	l.receive, l.send = l.receiveBatch, l.sendBatch
	return l, conn.Control(func(fd uintptr) {
		l.fd = int(fd)
		unix.CloseOnExec(l.fd)
	})
}

// FD returns the descriptor of the queue.
func (l *rawLink) FD() int { return l.fd }

// Offloads implements netstack.Offloader.
func (l *rawLink) Offloads() netstack.Offloads { return l.form.offloads }

// batchBytes is after how many bytes a batch is large enough. A batch is written
// soon after it is read, and then still in the cache that belongs to the
// processor: with 64 super-packets in a batch the second copy came from farther,
// and the whole way took a sixth longer.
const batchBytes = 256 << 10

// Receive fills frames with one read each until the queue is empty, or it has
// batchBytes.
func (l *rawLink) Receive(frames []*netstack.Frame) (int, error) {
	l.frames, l.n, l.err = frames, 0, nil
	if l.conn.Control(l.receive) != nil {
		return 0, os.ErrClosed
	}
	return l.n, l.err
}

// Send writes the frames with one write each and goes on after one is refused.
func (l *rawLink) Send(frames []*netstack.Frame) (refused int, err error) {
	l.frames, l.n, l.err = frames, 0, nil
	if l.conn.Control(l.send) != nil {
		return netstack.Segments(frames), os.ErrClosed
	}
	return l.n, l.err
}

func (l *rawLink) receiveBatch(fd uintptr) {
	bytes := 0
	for range l.frames {
		f := l.frames[l.n]
		b := f.SpaceWithHeadroom(l.form.header)
		got, errno := rawCall(unix.SYS_READ, fd, b)
		if errno == unix.EINVAL {
			continue
		}
		if errno != 0 || got < l.form.header {
			l.err = readError(errno)
			return
		}
		f.SetLen(got - l.form.header)
		l.form.decode(f)
		l.n++
		if bytes += got; bytes >= batchBytes {
			return
		}
	}
}

func (l *rawLink) sendBatch(fd uintptr) {
	for i, f := range l.frames {
		errno := l.write(fd, f)
		if gone(errno) {
			l.n += netstack.Segments(l.frames[i:])
			l.err = os.ErrClosed
			return
		}
		if errno != 0 {
			l.n += f.Segments()
		}
	}
}

func (l *rawLink) write(fd uintptr, f *netstack.Frame) syscall.Errno {
	if !l.form.encode(f) {
		return unix.EINVAL
	}
	_, errno := rawCall(unix.SYS_WRITE, fd, f.WithHeadroom(l.form.header))
	return errno
}

// rawCall is read(2) or write(2) of b, which is not empty.
func rawCall(trap, fd uintptr, b []byte) (int, syscall.Errno) {
	n, _, errno := unix.RawSyscall(trap, fd, uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)))
	return int(n), errno
}

// readError is what Receive returns after a read that gave no packet.
func readError(errno syscall.Errno) error {
	switch {
	case errno == unix.EAGAIN, errno == unix.EINTR:
		return nil
	case errno == 0, gone(errno):
		return os.ErrClosed
	}
	return errno
}

// gone reports whether the descriptor, or the interface behind it, is no more.
func gone(errno syscall.Errno) bool { return errno == unix.EBADF || errno == unix.EBADFD }
