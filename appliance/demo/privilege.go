package demo

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"

	"sallyport/appliance/lab"
)

const tunNode = "/dev/net/tun"

// Privileged reports whether Run may make namespaces here: as root, or in the
// user namespace that Again has made.
func Privileged() bool { return os.Geteuid() == 0 || lab.InUnprivileged() }

// Again runs this program once more, with the same arguments, as root of a user
// namespace of its own. Its error says what an ordinary user lacks here.
func Again(ctx context.Context) error {
	if err := tunForAll(); err != nil {
		return err
	}
	again := lab.Unprivileged(os.Args[1:]...)
	if err := again.Start(); err != nil {
		return fmt.Errorf("this machine does not let ordinary users make user namespaces (%w): run it as root, "+
			"or allow them: sysctl user.max_user_namespaces=10000, and on some systems kernel.unprivileged_userns_clone=1 "+
			"or kernel.apparmor_restrict_unprivileged_userns=0", err)
	}
	defer context.AfterFunc(ctx, func() { again.Process.Signal(syscall.SIGTERM) })()
	err := again.Wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return ErrAgain // it has said why itself
	}
	return err
}

// ErrAgain says that the program run again has failed, and has said why.
var ErrAgain = errors.New("the demo in a user namespace failed")

// tunForAll says whether this user may open the TUN's device node.
func tunForAll() error {
	err := unix.Access(tunNode, unix.R_OK|unix.W_OK)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("%s does not exist: load the module with `modprobe tun` as root, or in a container add --device %s", tunNode, tunNode)
	case err != nil:
		return fmt.Errorf("this user may not open %s: run it as root, or allow everybody as most systems do: chmod 666 %s", tunNode, tunNode)
	}
	return nil
}
