package tun

import (
	"encoding/binary"
	"errors"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// readiness is a descriptor that polls readable when a queue's does, or when it
// was told to: packets that wait in this process are as good as those that wait
// in the kernel.
type readiness struct {
	queue  int      // the queue's descriptor
	epoll  *os.File // of queue and event
	event  *os.File // a semaphore: up while packets wait here, and after close
	raised bool
}

// newReadiness watches the descriptor queue.
func newReadiness(queue int) (*readiness, error) {
	epoll, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("epoll_create1", err)
	}
	r := &readiness{queue: queue, epoll: os.NewFile(uintptr(epoll), "epoll")}
	event, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_SEMAPHORE)
	if err != nil {
		return nil, os.NewSyscallError("eventfd", err)
	}
	r.event = os.NewFile(uintptr(event), "eventfd")
	return r, errors.Join(watch(epoll, queue), watch(epoll, event))
}

func watch(epoll, fd int) error {
	err := unix.EpollCtl(epoll, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(fd)})
	return os.NewSyscallError("epoll_ctl", err)
}

// raise makes the descriptor readable, or only as readable as the queue again.
func (r *readiness) raise(up bool) {
	switch {
	case up && !r.raised:
		_, _ = r.event.Write(one[:])
	case !up && r.raised:
		var b [len(one)]byte
		_, _ = r.event.Read(b[:])
	}
	r.raised = up
}

// close leaves the descriptor readable, for good. It is not closed here but
// with the last reference to r: somebody may be polling it this very moment, and
// would sleep on if it were.
func (r *readiness) close() {
	_, _ = r.event.Write(one[:])
}

// one is a 1 as an eventfd takes it.
var one = func() (b [8]byte) {
	binary.NativeEndian.PutUint64(b[:], 1)
	return b
}()

// queued reports whether the queue's descriptor is readable or broken.
func (r *readiness) queued() bool {
	p := unix.PollFd{Fd: int32(r.queue), Events: unix.POLLIN}
	var now unix.Timespec
	n, _, _ := unix.RawSyscall6(unix.SYS_PPOLL, uintptr(unsafe.Pointer(&p)), 1, uintptr(unsafe.Pointer(&now)), 0, 0, 0)
	return n == 1
}
