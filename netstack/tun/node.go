package tun

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// node is where the kernel hands out TUN devices.
var node = "/dev/net/tun"

// openNode returns a descriptor that is no device yet.
func openNode() (int, error) {
	fd, err := unix.Open(node, unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, explainNode(err)
	}
	return fd, nil
}

// openQueue opens a queue of the interface name, making it if it is the first,
// and returns its descriptor, in blocking mode, and the interface's real name.
func openQueue(name string, flags uint16) (fd int, made string, err error) {
	fd, err = openNode()
	if err != nil {
		return -1, "", err
	}
	made, err = attach(fd, name, flags)
	if err != nil {
		_ = unix.Close(fd)
		return -1, "", explainInterface(name, err)
	}
	return fd, made, nil
}

// attach makes fd a queue of the interface name with just these flags.
func attach(fd int, name string, flags uint16) (string, error) {
	ifr, err := unix.NewIfreq(name)
	if err != nil {
		return "", err
	}
	ifr.SetUint16(flags)
	if err := unix.IoctlIfreq(fd, unix.TUNSETIFF, ifr); err != nil {
		return "", err
	}
	if err := unix.IoctlIfreq(fd, unix.TUNGETIFF, ifr); err != nil {
		return "", err
	}
	if got := ifr.Uint16(); got&flags != flags {
		return "", fmt.Errorf("flags %#x asked, %#x granted: %w", flags, got, unix.EINVAL)
	}
	return ifr.Name(), nil
}

// queueFlags are the TUNSETIFF flags of a device of so many queues.
func queueFlags(o Options) uint16 {
	flags := uint16(unix.IFF_TUN | unix.IFF_NO_PI)
	if o.Queues > 1 {
		flags |= unix.IFF_MULTI_QUEUE
	}
	return flags
}

// unpolled returns fd as a file in non-blocking mode that the runtime's poller
// does not know, since os.NewFile registers only what is non-blocking already:
// a Read of it that finds nothing returns EAGAIN, where it would wait.
func unpolled(fd int) (*os.File, error) {
	file := os.NewFile(uintptr(fd), node)
	if err := unix.SetNonblock(fd, true); err != nil {
		return nil, fmt.Errorf("tun: %w", err)
	}
	return file, nil
}
