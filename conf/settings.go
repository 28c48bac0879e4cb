package conf

import (
	"net/netip"
	"time"

	"sallyport/netstack"
	"sallyport/policy"
	"sallyport/state"
)

// Settings are what a configuration file says, complete with defaults and
// consistent in themselves. Whether the machine has the interfaces is not known
// here.
type Settings struct {
	File string // it was read from; "": none
	// Files are that file and all that it includes, as they were read: what
	// ParseFiles takes. None if there was no file.
	Files    []File
	patterns []inclusion // that they include others by
	// Warnings are what is no fault of the file, and perhaps not meant; Check finds
	// more than Load.
	Warnings []Warning
	Sides    [netstack.Sides]Side // indexed by netstack.Inside and Outside
	TUN      TUN
	State    State
	Policy   policy.Spec
	// SaidRules and SaidNAT are Policy's in the words of the file; none if there was
	// no file.
	SaidRules, SaidNAT []Said

	Tests   []Test        // what the policy must do, in the order of the file
	Whens   []When        // what policy.Rule.When numbers, from 1
	Limits  []state.Limit // what policy.Rule.Limit numbers, from 1, without their ledgers
	Log     Log
	Control Control
}

// Side is [inside] or [outside].
type Side struct {
	// Interface is the name of the interface that the side is steered from, and
	// Subnet a prefix to find it by. At most one is set; neither for a bare TUN,
	// which somebody else routes into.
	Interface string
	Subnet    netip.Prefix
	// Networks is what lives on the side, for anti-spoofing and to tell the
	// sides apart; empty: the prefixes routed through the interface.
	Networks []netip.Prefix
	// Gateway are addresses that the interface is to be given, with the length
	// of the network they are in; at most one of each family.
	Gateway []netip.Prefix
	// TUN is the device's name: 1 to 15 bytes, different for the two sides.
	TUN string
}

// Bare reports whether the side is a TUN alone, without an interface.
func (s *Side) Bare() bool { return s.Interface == "" && !s.Subnet.IsValid() }

// Where is how the side's interface is to be found: its name or a subnet, as
// SetInterface takes it; "" for a bare TUN.
func (s *Side) Where() string {
	if s.Subnet.IsValid() {
		return s.Subnet.String()
	}
	return s.Interface
}

// Interfaces are where the two sides are to be found.
func (s *Settings) Interfaces() (inside, outside string) {
	return s.Sides[netstack.Inside].Where(), s.Sides[netstack.Outside].Where()
}

// Drivers of the TUN devices.
const (
	DriverAuto      = "auto"      // the best that works here
	DriverVnet      = "vnet"      // super-packets carried whole
	DriverWireguard = "wireguard" // golang.zx2c4.com/wireguard/tun's own I/O
	DriverWater     = "water"     // plain, a packet a time
)

// TUN is [tun].
type TUN struct {
	Driver string
	Queues int // of each device, 0 to MaxQueues; 0: one for each core, at most 4
	// QueueLength is how many packets wait in each queue for a worker, 64 to
	// MaxQueueLength.
	QueueLength int
	// BusyPoll is how long a worker that finds nothing looks again before it
	// sleeps, 0 to MaxBusyPoll.
	BusyPoll time.Duration
}

// MaxQueues is the largest number of queues of a device.
const MaxQueues = 16

// MaxQueueLength is the largest TUN.QueueLength: so many super-packets are 4 GiB.
const MaxQueueLength = 65536

// MaxBusyPoll is the largest TUN.BusyPoll: longer waits are for sleeping.
const MaxBusyPoll = time.Millisecond

// Log is [log].
type Log struct {
	Level  string // "debug", "info", "warn" or "error"
	Format string // "auto" (console on a terminal, else JSON), "console" or "json"
	File   string // "": standard error
	// DropsPerSecond is how many dropped packets a second are logged, 0 to
	// MaxDropsPerSecond; the others are counted.
	DropsPerSecond int
}

// MaxDropsPerSecond is the largest Log.DropsPerSecond.
const MaxDropsPerSecond = 100000

// Control is [control].
type Control struct {
	Socket string // path of the unix socket that the other commands speak to
	Group  string // whose members may connect besides root; "": nobody
	// History is the directory that configurations are kept in; "": one beside the
	// file.
	History string
}
