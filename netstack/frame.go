package netstack

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// Headroom is how many bytes a Frame keeps free in front of a packet: enough
// for a virtio header, which a driver then writes in place.
const Headroom = 64

// MaxPacket is the largest packet a device delivers, a whole super-packet.
const MaxPacket = 65535

// Frame is one packet in a buffer, with what the device said about it. The
// buffer belongs to whoever made the Frame (a worker) and is reused: nothing may
// keep a slice of it beyond the batch.
type Frame struct {
	buf     []byte
	packet  []byte // of buf, from Headroom on
	Offload Offload
}

// NewFrame returns an empty frame that can hold MaxPacket bytes.
func NewFrame() *Frame { return newFrame(MaxPacket) }

func newFrame(most int) *Frame {
	f := new(Frame)
	f.hold(make([]byte, Headroom+most))
	return f
}

// hold makes b the frame's buffer.
func (f *Frame) hold(b []byte) { f.buf, f.packet = b, b[Headroom:Headroom] }

// frameStride is how far apart the frames of NewFrames are. It is an odd number
// of cache lines: at a distance of 64 KiB, or of whole pages, the headers of all
// frames would want the same few places in the processor's cache.
const frameStride = (Headroom+MaxPacket+cacheLine-1)/cacheLine*cacheLine + 2*cacheLine

const cacheLine = 64

// NewFrames returns n frames for a batch, next to each other, in huge pages if
// the system has them: all that is forwarded is copied through here twice.
func NewFrames(n int) []*Frame {
	frames, store, room := make([]*Frame, n), make([]Frame, n), hugeRoom(n*frameStride)
	for i := range frames {
		store[i].hold(room[i*frameStride:][: Headroom+MaxPacket : Headroom+MaxPacket])
		frames[i] = &store[i]
	}
	return frames
}

// hugeRoom returns n zero bytes from the start of a huge page on.
func hugeRoom(n int) []byte {
	const huge = 2 << 20
	b := make([]byte, n+huge)
	skip := -uintptr(unsafe.Pointer(unsafe.SliceData(b))) % huge
	b = b[skip:][:n:n]
	_ = unix.Madvise(b, unix.MADV_HUGEPAGE) // only slower without
	return b
}

// Bytes returns the packet, from its IP header on.
func (f *Frame) Bytes() []byte { return f.packet[:len(f.packet):len(f.packet)] }

// Space returns all the room a packet can take, for a device to fill.
func (f *Frame) Space() []byte { return f.buf[Headroom:] }

// SetLen says how many bytes of Space are the packet: 0 to MaxPacket, or
// MaxDatagram in a frame of NewDatagramFrame.
func (f *Frame) SetLen(n int) { f.packet = f.packet[:n] }

// WithHeadroom returns the packet with n bytes in front of it, for a driver
// that writes (or has just read) a header there. n is at most Headroom.
func (f *Frame) WithHeadroom(n int) []byte { return f.buf[Headroom-n : Headroom+len(f.packet)] }

// SpaceWithHeadroom returns Space with n bytes in front of it.
func (f *Frame) SpaceWithHeadroom(n int) []byte { return f.buf[Headroom-n:] }

// Segments is how many packets on the wire the packet stands for: 1, or the
// segments of a super-packet. It is known once Parse has accepted the packet.
func (f *Frame) Segments() int {
	o := &f.Offload
	if !o.GSO() {
		return 1
	}
	size := max(1, int(o.GSOSize))
	return max(1, (len(f.packet)-int(o.HdrLen)+size-1)/size)
}

// Segments is the sum of Frame.Segments.
func Segments(frames []*Frame) (n int) {
	for _, f := range frames {
		n += f.Segments()
	}
	return n
}

// Link is one queue of a device. It never blocks and is used by one thread at
// a time. nettest has one in memory, tun has those of the kernel.
type Link interface {
	// Receive fills frames from the front and returns how many it filled; 0
	// means that nothing is waiting. An error means that the device is gone
	// (os.ErrClosed) or broken; frames filled before it are still good.
	Receive(frames []*Frame) (int, error)

	// Send hands frames over, in order, and returns how many packets on the
	// wire (Frame.Segments) the device did not take because it was full or
	// refused them. It borrows the frames only until it returns. An error means
	// that the device is gone or broken.
	Send(frames []*Frame) (refused int, err error)

	// FD returns a descriptor that polls readable when Receive has something
	// to return. It stays the Link's.
	FD() int
}
