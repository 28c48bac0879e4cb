package tun

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"testing"

	"golang.org/x/sys/unix"
	wgtun "golang.zx2c4.com/wireguard/tun"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

// sendSegments makes the kernel send n datagrams, numbered from 0, of two bytes
// each and the last of one: as one super-packet, if the device takes those.
func sendSegments(t testing.TB, to string, n int) {
	t.Helper()
	conn := must(net.Dial("udp", to))(t).(*net.UDPConn)
	defer conn.Close()
	raw := must(conn.SyscallConn())(t)
	check(t, raw.Control(func(fd uintptr) { check(t, unix.SetsockoptInt(int(fd), unix.SOL_UDP, unix.UDP_SEGMENT, 2)) }))
	b := make([]byte, 0, 2*n)
	for i := range n {
		b = append(b, byte(i), 0)
	}
	must(conn.Write(b[:2*n-1]))(t)
}

// A super-packet that is split into more packets than there are frames is
// received in parts, in order, and nothing is lost; and as long as some of it is
// left, the descriptor is readable.
func TestWireguardPartialBatch(t *testing.T) {
	namespace(t)
	d := openUp(t, Options{Name: "door", Driver: Wireguard}, prefix4)
	l := d.Queue(0)
	sendSegments(t, peer4+":7", 50)
	var got []byte
	for _, room := range []int{1, 0, 3, 40, 100} {
		await(t, l.FD())
		batch := frames(room)
		n, err := l.Receive(batch)
		check(t, err)
		if want := min(room, 50-len(got)); n != want {
			t.Fatalf("with room for %d: %d packets, want %d", room, n, want)
		}
		for _, f := range batch[:n] {
			nettest.CheckSums(t, f.Bytes(), f.Offload)
			if f.Offload != (netstack.Offload{}) {
				t.Errorf("packet %d: offload %+v", len(got), f.Offload)
			}
			got = append(got, f.Bytes()[28])
			if size := len(f.Bytes()) - 28; (size == 1) != (len(got) == 50) {
				t.Errorf("packet %d has %d bytes", len(got), size)
			}
		}
	}
	for i, b := range got {
		if int(b) != i {
			t.Fatalf("packet %d is number %d", i, b)
		}
	}
	if n, err := l.Receive(frames(1)); n != 0 || err != nil {
		t.Errorf("Receive of nothing: %d, %v", n, err)
	}
	if readable(t, l.FD()) {
		t.Error("readable with nothing to read")
	}
}

func readable(t *testing.T, fd int) bool {
	t.Helper()
	n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 0)
	check(t, err)
	return n > 0
}

// The kernel makes no super-packet of more segments than one Read can return.
func TestWireguardManySegments(t *testing.T) {
	namespace(t)
	d := openUp(t, Options{Name: "door", Driver: Wireguard}, prefix4)
	if got := attrs(t, d).GSOMaxSegs; got != 128 {
		t.Errorf("gso_max_segs %d, want 128", got)
	}
	sendSegments(t, peer4+":7", 128)
	batch := frames(200)
	await(t, d.Queue(0).FD())
	if n, err := d.Queue(0).Receive(batch); n != 128 || err != nil {
		t.Errorf("Receive: %d, %v; want 128", n, err)
	}
}

// One batch may be of more flows than the library has room for in one Write.
func TestWireguardManyFlows(t *testing.T) {
	namespace(t)
	d := openUp(t, Options{Name: "door", Driver: Wireguard}, prefix4)
	conn := must(net.ListenPacket("udp", kernel4+":7"))(t).(*net.UDPConn)
	defer conn.Close()
	batch := make([]*netstack.Frame, 150)
	for i := range batch {
		batch[i] = nettest.UDP(endpoint(peer4, 1000+i), kernel4+":7", nettest.Payload(10)).Frame()
	}
	if refused, err := d.Queue(0).Send(batch); refused != 0 || err != nil {
		t.Fatalf("Send: %d refused, %v", refused, err)
	}
	for range batch {
		read(t, conn)
	}
}

// What Read returns ends the loop only if the device is gone, or broken.
func TestBatchError(t *testing.T) {
	file := func(err error) error { return &fs.PathError{Op: "read", Path: node, Err: err} }
	broken := file(unix.EFAULT)
	for _, c := range []struct{ err, want error }{
		{nil, nil},
		{os.ErrClosed, os.ErrClosed},
		{file(os.ErrClosed), os.ErrClosed},
		{file(unix.EAGAIN), nil},
		{file(unix.EINVAL), nil},
		{broken, broken},
		{wgtun.ErrTooManySegments, nil},
		{errors.New("unsupported virtio GSO type: 3"), nil},
		{fmt.Errorf("failed to receive netlink message: %w", unix.ENOBUFS), nil},
	} {
		if got := batchError(c.err); got != c.want {
			t.Errorf("%v: %v, want %v", c.err, got, c.want)
		}
	}
}

// Readiness lasts while it is raised or the queue is readable, and after close.
func TestReadiness(t *testing.T) {
	queue, feed, err := os.Pipe()
	check(t, err)
	defer queue.Close()
	defer feed.Close()
	r := must(newReadiness(int(queue.Fd())))(t)
	for _, step := range []struct {
		name string
		do   func()
		want bool
	}{
		{"new", func() {}, false},
		{"raised", func() { r.raise(true) }, true},
		{"raised twice", func() { r.raise(true) }, true},
		{"lowered", func() { r.raise(false) }, false},
		{"lowered twice", func() { r.raise(false) }, false},
		{"queue readable", func() { must(feed.Write([]byte{1}))(t) }, true},
		{"queue read", func() { must(queue.Read(make([]byte, 1)))(t) }, false},
		{"raised, and closed", func() { r.raise(true); r.close() }, true},
		{"lowered after close", func() { r.raise(false) }, true},
	} {
		step.do()
		if got := readable(t, int(r.epoll.Fd())); got != step.want {
			t.Errorf("%s: %v", step.name, got)
		}
	}
}
