package plumbing

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// procSys is where the namespace's sysctls are; /proc/sys/net is that of the
// thread that opens it.
var procSys = "/proc/sys"

// readSysctl returns a sysctl's value; name is as in sysctl(8), but with slashes
// ("net/ipv6/conf/eth0.5/forwarding"). A sysctl that is not there is "".
func readSysctl(name string) (string, error) {
	b, err := os.ReadFile(filepath.Join(procSys, name))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return strings.TrimSpace(string(b)), err
}

// writeSysctl sets a sysctl. The error names the container flag that sets it
// where /proc/sys is read-only.
func writeSysctl(name, value string) error {
	err := os.WriteFile(filepath.Join(procSys, name), []byte(value), 0)
	if err == nil {
		return nil
	}
	assignment := strings.ReplaceAll(name, "/", ".") + "=" + value
	if errors.Is(err, unix.EROFS) || errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("sysctl -w %s: %w (in a container: --sysctl %s)", assignment, err, assignment)
	}
	return fmt.Errorf("sysctl -w %s: %w", assignment, err)
}
