package traffic

import (
	"errors"
	"unsafe"

	"golang.org/x/sys/unix"
)

// mmsghdr is the kernel's struct of that name.
type mmsghdr struct {
	header unix.Msghdr
	_      [8]byte // how much of it was sent
}

// sendVector is what one sendmmsg sends.
type sendVector struct {
	headers [vector]mmsghdr
	parts   [vector]unix.Iovec
	frames  [vector][frameRoom]byte
}

func newVector() *sendVector {
	v := new(sendVector)
	for i := range v.headers {
		v.parts[i].Base = &v.frames[i][0]
		v.headers[i].header.Iov = &v.parts[i]
		v.headers[i].header.Iovlen = 1
	}
	return v
}

func (v *sendVector) set(i int, frame []byte) {
	v.parts[i].SetLen(copy(v.frames[i][:], frame))
}

// send sends all, and returns how many were taken: what a full queue refused is
// not sent again.
func (v *sendVector) send(fd int) (int, error) {
	n, _, errno := unix.Syscall6(unix.SYS_SENDMMSG, uintptr(fd), uintptr(unsafe.Pointer(&v.headers)), vector, 0, 0, 0)
	switch {
	case errno == 0:
		return int(n), nil
	case errors.Is(errno, unix.ENOBUFS), errors.Is(errno, unix.EAGAIN), errors.Is(errno, unix.EINTR):
		return 0, nil
	}
	return 0, errno
}
