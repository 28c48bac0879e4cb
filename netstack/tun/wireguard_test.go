package tun

import (
	"net"
	"testing"

	"golang.org/x/sys/unix"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

// sendSegments makes the kernel send datagrams of one byte each, numbered from
// 0: as one super-packet, if the device takes those.
func sendSegments(t testing.TB, to string, n int) {
	t.Helper()
	conn := must(net.Dial("udp", to))(t).(*net.UDPConn)
	defer conn.Close()
	raw := must(conn.SyscallConn())(t)
	check(t, raw.Control(func(fd uintptr) { check(t, unix.SetsockoptInt(int(fd), unix.SOL_UDP, unix.UDP_SEGMENT, 1)) }))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i)
	}
	must(conn.Write(b))(t)
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
			got = append(got, f.Bytes()[28:]...)
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
