package integration

import (
	"math/rand/v2"
	"net"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"sallyport/appliance/lab"
)

// roughness is what a wire does to frames, each way. Chances are of one.
type roughness struct {
	loss, duplicates, early float64       // early: sent at once, before what waits
	delay, jitter           time.Duration // of every other frame: delay plus up to jitter
}

// wire carries frames between the two interfaces of a host, with super-packets
// whole. What it does to them looks like a network to the ends; no kernel module
// is needed for it.
type wire struct {
	rough            roughness
	carried, mangled atomic.Uint64 // frames; those lost, duplicated or sent early
}

// maxFrame is a virtio header, an Ethernet header and the largest IP packet.
const maxFrame = 10 + 14 + 1<<16

// lay makes a host of lab.Config.Wires carry frames until the test ends. Chance
// is the same in each run; when which frame comes is not.
func lay(t *testing.T, h *lab.Host, rough roughness, seed uint64) *wire {
	t.Helper()
	w := &wire{rough: rough}
	left, right := tap(t, h, "left"), tap(t, h, "right")
	go w.carry(left, right, rand.New(rand.NewPCG(seed, 1)))
	go w.carry(right, left, rand.New(rand.NewPCG(seed, 2)))
	return w
}

// tap opens an interface for whole frames, each after its virtio header.
func tap(t *testing.T, h *lab.Host, ifname string) *os.File {
	t.Helper()
	var f *os.File
	err := h.Do(func() error {
		i, err := net.InterfaceByName(ifname)
		if err != nil {
			return err
		}
		fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			return err
		}
		f = os.NewFile(uintptr(fd), ifname)
		for _, option := range []int{unix.PACKET_VNET_HDR, unix.PACKET_IGNORE_OUTGOING} {
			if err := unix.SetsockoptInt(fd, unix.SOL_PACKET, option, 1); err != nil {
				return err
			}
		}
		_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, 16<<20)
		return unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: htons(unix.ETH_P_ALL), Ifindex: i.Index})
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func htons(v uint16) uint16 { return v<<8 | v>>8 }

// carry takes frames from one end to the other until either is closed.
func (w *wire) carry(from, to *os.File, chance *rand.Rand) {
	buf := make([]byte, maxFrame)
	for {
		n, err := from.Read(buf)
		if err != nil {
			return
		}
		w.carried.Add(1)
		copies := 1
		switch r := &w.rough; {
		case chance.Float64() < r.loss:
			w.mangled.Add(1)
			continue
		case chance.Float64() < r.duplicates:
			w.mangled.Add(1)
			copies = 2
		}
		for range copies {
			w.send(to, append([]byte(nil), buf[:n]...), chance)
		}
	}
}

// send hands a frame over when its time has come. One that the link does not
// take is lost, as on any wire.
func (w *wire) send(to *os.File, frame []byte, chance *rand.Rand) {
	wait := w.rough.delay + time.Duration(chance.Float64()*float64(w.rough.jitter))
	if chance.Float64() < w.rough.early {
		w.mangled.Add(1)
		wait = 0
	}
	time.AfterFunc(wait, func() { _, _ = to.Write(frame) })
}
