package traffic

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// Blast orders packets made by hand, through a packet socket on eth0. It ends
// after Length or, if there is a Count, with that many packets.
type Blast struct {
	Kind   Kind
	To     net.HardwareAddr // the firewall's
	Length time.Duration
	Count  int
	Rate   int // packets a second, 0 for as fast as can be
	Flows  int // of Datagrams: how many there are
	Random bool
}

// Kind is what a Blast is made of.
type Kind string

// The kinds of packets.
const (
	// Datagrams are of Flows flows, from hosts inside to hosts that nobody
	// answers for, taken in turn or at random.
	Datagrams Kind = "datagrams"
	// SYNs come from spoofed hosts outside, to the firewall's address.
	SYNs Kind = "syns"
	// Illegal is what no host inside may send, or nobody ever.
	Illegal Kind = "illegal"
)

// Blasted is how many packets were sent.
type Blasted struct {
	Sent    int
	Seconds float64
}

// vector is how many packets one system call sends.
const vector = 32

func blast(o Blast) (seen Blasted, err error) {
	runtime.LockOSThread()
	fd, own, err := packetSocket("eth0")
	if err != nil {
		return seen, err
	}
	defer unix.Close(fd)
	next, err := o.frames(own)
	if err != nil {
		return seen, err
	}
	v, start := newVector(), time.Now()
	for time.Since(start) < o.Length && (o.Count == 0 || seen.Sent < o.Count) {
		o.pace(start, seen.Sent)
		for i := range v.frames {
			v.set(i, next())
		}
		n, err := v.send(fd)
		if err != nil {
			return seen, err
		}
		seen.Sent += n
	}
	seen.Seconds = time.Since(start).Seconds()
	return seen, nil
}

// pace waits until so many packets may have been sent.
func (o Blast) pace(start time.Time, sent int) {
	if o.Rate > 0 {
		time.Sleep(time.Until(start.Add(time.Duration(float64(sent) / float64(o.Rate) * float64(time.Second)))))
	}
}

// frames returns what makes the next frame, good until it is called again.
func (o Blast) frames(own net.HardwareAddr) (func() []byte, error) {
	random, turn := rand.New(rand.NewPCG(1, 2)), 0
	b := newBuilder(own, o.To)
	switch o.Kind {
	case Datagrams:
		return func() []byte {
			turn++
			if o.Random {
				return b.datagram(random.IntN(o.Flows))
			}
			return b.datagram(turn % o.Flows)
		}, nil
	case SYNs:
		return func() []byte { return b.spoofedSYN(random.Uint32()) }, nil
	case Illegal:
		return func() []byte { turn++; return b.illegal(turn) }, nil
	}
	return nil, fmt.Errorf("no kind %q", o.Kind)
}

// packetSocket sends Ethernet frames from an interface, past its queue.
func packetSocket(ifname string) (int, net.HardwareAddr, error) {
	i, err := net.InterfaceByName(ifname)
	if err != nil {
		return -1, nil, err
	}
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, nil, err
	}
	err = errors.Join(unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_QDISC_BYPASS, 1),
		unix.Bind(fd, &unix.SockaddrLinklayer{Ifindex: i.Index}))
	return fd, i.HardwareAddr, err
}
