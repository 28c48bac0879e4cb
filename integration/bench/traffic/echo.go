package traffic

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"

	"sallyport/appliance/lab"
)

// Echo orders datagrams to EchoPort to be answered with themselves, from a core.
type Echo struct{ Core int }

// ServeEcho starts what answers, until stop is called or the Lab is closed.
func ServeEcho(h *lab.Host, core int) (stop func(), err error) {
	c, err := command(h, "echo", Echo{core})
	if err != nil {
		return nil, err
	}
	return c.Kill, startServer(c)
}

func echo(o Echo) (struct{}, error) {
	fd, err := bound(unix.SOCK_DGRAM, EchoPort)
	if err != nil {
		return struct{}{}, err
	}
	if err := settle(o.Core); err != nil {
		return struct{}{}, err
	}
	fmt.Println(ready)
	var b [2048]byte
	var from unix.RawSockaddrInet6
	for {
		size := uint32(unsafe.Sizeof(from))
		n, _, errno := unix.RawSyscall6(unix.SYS_RECVFROM, uintptr(fd), uintptr(unsafe.Pointer(&b)), uintptr(len(b)), 0,
			uintptr(unsafe.Pointer(&from)), uintptr(unsafe.Pointer(&size)))
		if errno == 0 {
			_, _, _ = unix.RawSyscall6(unix.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(&b)), n, 0,
				uintptr(unsafe.Pointer(&from)), uintptr(size))
		}
	}
}
