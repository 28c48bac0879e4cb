package plumbing

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// attempt says what was tried, in the words of ip(8), and what would help.
func attempt(command string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, unix.EPERM):
		return fmt.Errorf("%s: %w: CAP_NET_ADMIN is needed (in a container: --cap-add NET_ADMIN)", command, err)
	case errors.Is(err, unix.EAFNOSUPPORT):
		return fmt.Errorf("%s: %w: this kernel has no IPv6", command, err)
	}
	return fmt.Errorf("%s: %w", command, err)
}

// gone reports whether err means that what was to be removed is not there.
func gone(err error) bool {
	return errors.Is(err, unix.ENOENT) || errors.Is(err, unix.ESRCH) ||
		errors.Is(err, unix.ENODEV) || errors.Is(err, unix.EADDRNOTAVAIL)
}
