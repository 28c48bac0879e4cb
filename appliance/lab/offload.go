package lab

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Commands of include/uapi/linux/ethtool.h that x/sys does not name.
const (
	ethtoolSetRxCsum = 0x15
	ethtoolSetTxCsum = 0x17
	ethtoolSetSG     = 0x19
	ethtoolSetTSO    = 0x1f
	ethtoolSetGSO    = 0x24
	ethtoolSetGRO    = 0x2c
)

// ethtoolValue is struct ethtool_value, and ethtoolRequest the struct ifreq
// that carries a pointer to it.
type ethtoolValue struct{ cmd, data uint32 }

type ethtoolRequest struct {
	name  [unix.IFNAMSIZ]byte
	value *ethtoolValue
	_     [16]byte
}

// offloadsOff makes the interface carry only packets as they are on a wire:
// none larger than its MTU, each with a finished checksum.
func offloadsOff(ifname string) error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	for _, cmd := range []uint32{ethtoolSetTSO, ethtoolSetGSO, ethtoolSetGRO, ethtoolSetSG, ethtoolSetTxCsum, ethtoolSetRxCsum} {
		r := ethtoolRequest{value: &ethtoolValue{cmd, 0}}
		copy(r.name[:unix.IFNAMSIZ-1], ifname)
		_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), unix.SIOCETHTOOL, uintptr(unsafe.Pointer(&r)))
		if errno != 0 && errno != unix.EOPNOTSUPP {
			return fmt.Errorf("offload %#x of %s: %w", cmd, ifname, errno)
		}
	}
	return nil
}
