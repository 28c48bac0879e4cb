package tun

import (
	"fmt"
	"strings"

	"golang.org/x/sys/unix"
)

// Driver names a way to carry packets between the kernel and this process.
type Driver string

const (
	Auto      Driver = "auto"      // the first of the others that works
	Vnet      Driver = "vnet"      // super-packets whole, with their virtio header
	Wireguard Driver = "wireguard" // wireguard/tun's own Read and Write
	Water     Driver = "water"     // a plain device, a packet a time
)

// Limits of Options.MTU. A TUN takes no less than what IPv4 needs (RFC 791) and
// no more than an IP packet can be; IPv6 on it needs 1280 (RFC 8200).
const (
	MinMTU     = 68
	MaxMTU     = 65535
	DefaultMTU = 1500
)

// MaxQueues is the kernel's limit on the queues of a TUN.
const MaxQueues = 256

// Limits of Options.QueueLength, in packets.
const (
	MaxQueueLength     = 65536
	DefaultQueueLength = 4096
)

// Options say what Open is to make.
type Options struct {
	// Name of the interface, at most 15 bytes, not taken yet; a name with %d
	// gets the first free number, and the empty one is tun%d.
	Name string
	// MTU in bytes, MinMTU to MaxMTU; 0 is DefaultMTU.
	MTU int
	// Queues is 1 to MaxQueues; 0 is 1.
	Queues int
	// QueueLength is how many packets wait in each queue for this process, at
	// most MaxQueueLength; what finds it full is lost. 0 is DefaultQueueLength.
	QueueLength int
	// Driver is one of those above; "" is Auto.
	Driver Driver
}

// complete returns o with its defaults filled in, or what is wrong with it.
func (o Options) complete() (Options, error) {
	if o.MTU == 0 {
		o.MTU = DefaultMTU
	}
	if o.Queues == 0 {
		o.Queues = 1
	}
	if o.QueueLength == 0 {
		o.QueueLength = DefaultQueueLength
	}
	if o.Driver == "" {
		o.Driver = Auto
	}
	return o, o.check()
}

func (o Options) check() error {
	switch {
	case !validName(o.Name):
		return fmt.Errorf("tun: %q cannot name an interface: at most %d bytes, no blank, slash or colon", o.Name, unix.IFNAMSIZ-1)
	case o.Queues < 1 || o.Queues > MaxQueues:
		return fmt.Errorf("tun: %s: %d queues: 1 to %d are possible", o.Name, o.Queues, MaxQueues)
	case o.QueueLength < 1 || o.QueueLength > MaxQueueLength:
		return fmt.Errorf("tun: %s: queues of %d packets: 1 to %d are possible", o.Name, o.QueueLength, MaxQueueLength)
	}
	return checkMTU(o.MTU)
}

func checkMTU(mtu int) error {
	if mtu < MinMTU || mtu > MaxMTU {
		return fmt.Errorf("tun: an MTU of %d: %d to %d are possible", mtu, MinMTU, MaxMTU)
	}
	return nil
}

// validName holds what the kernel's dev_valid_name asks of a name.
func validName(name string) bool {
	const space = "/: \t\n\v\f\r\x00" // and two bytes that Latin-1 calls blank
	return len(name) < unix.IFNAMSIZ && name != "." && name != ".." &&
		!strings.ContainsAny(name, space) && !strings.Contains(name, "\x85") && !strings.Contains(name, "\xa0")
}
