package tun

import (
	"errors"
	"fmt"
	"io/fs"

	"golang.org/x/sys/unix"
)

// explainNode says what to do about an error of opening the device node.
func explainNode(err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("tun: %s is missing: give the container --device %s, or on a host: modprobe tun (%w)", node, node, err)
	case errors.Is(err, unix.ENODEV), errors.Is(err, unix.ENXIO):
		return fmt.Errorf("tun: the kernel has no TUN driver behind %s: modprobe tun (%w)", node, err)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("tun: %s may not be opened: give the container --device %s, or run as root (%w)", node, node, err)
	}
	return fmt.Errorf("tun: %s: %w", node, err)
}

// explainInterface says what to do about an error of making the interface.
func explainInterface(name string, err error) error {
	switch {
	case errors.Is(err, unix.EPERM):
		return fmt.Errorf("tun: interface %q may not be made: CAP_NET_ADMIN is missing: give the container --cap-add NET_ADMIN, or run as root (%w)", name, err)
	case errors.Is(err, unix.EBUSY):
		return fmt.Errorf("tun: interface %q is in use by another process: stop it, or choose another name (%w)", name, err)
	case errors.Is(err, unix.EINVAL):
		return fmt.Errorf("tun: the kernel does not make interface %q of this kind (%w)", name, err)
	}
	return fmt.Errorf("tun: interface %q: %w", name, err)
}

// hopeless reports whether err would meet every driver alike, so that there is
// nothing to fall back to.
func hopeless(err error) bool {
	for _, e := range []error{fs.ErrNotExist, fs.ErrPermission, unix.EBUSY, unix.ENODEV, unix.ENXIO} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}
