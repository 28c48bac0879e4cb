package tun

import (
	"net"
	"testing"

	"github.com/vishvananda/netlink"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

// Every flow's packets come from one of the queues, and all queues are used.
func TestQueues(t *testing.T) {
	eachDriver(t, func(t *testing.T, driver Driver) {
		d := openUp(t, Options{Name: "door", Driver: driver, Queues: 2}, prefix4)
		if d.Queues() != 2 {
			t.Fatalf("%d queues", d.Queues())
		}
		const flows = 64
		for i := range flows {
			conn := must(net.Dial("udp", endpoint(peer4, 1000+i)))(t)
			must(conn.Write([]byte("knock")))(t)
			conn.Close()
		}
		first, second := waiting(t, d.Queue(0)), waiting(t, d.Queue(1))
		if first == 0 || second == 0 || first+second != flows {
			t.Errorf("%d and %d packets, want %d in all", first, second, flows)
		}
	})
}

// As many packets as were asked for wait for the process, and no scheduler holds
// more in front of the device.
func TestQueueLength(t *testing.T) {
	eachDriver(t, func(t *testing.T, driver Driver) {
		for asked, want := range map[int]int{0: DefaultQueueLength, 100: 100} {
			d := openUp(t, Options{Name: "door", Driver: driver, QueueLength: asked}, prefix4)
			conn := must(net.Dial("udp", endpoint(peer4, 1000)))(t)
			for range DefaultQueueLength + 50 {
				must(conn.Write([]byte("knock")))(t)
			}
			conn.Close()
			lost := d.Lost()
			if got := waiting(t, d.Queue(0)); got != want || int(lost) != DefaultQueueLength+50-want {
				t.Errorf("%d packets waited and %d were lost, want %d", got, lost, want)
			}
			check(t, d.Close())
		}
	})
}

// Nor is there a scheduler that would take its locks for each of them.
func TestNoScheduler(t *testing.T) {
	eachDriver(t, func(t *testing.T, driver Driver) {
		d := openUp(t, Options{Name: "door", Driver: driver, Queues: 2}, prefix4)
		for _, q := range must(netlink.QdiscList(must(netlink.LinkByIndex(d.Index()))(t)))(t) {
			if q.Type() != "noqueue" {
				t.Errorf("a scheduler %v", q)
			}
		}
	})
}

// waiting is how many packets l has.
func waiting(t *testing.T, l netstack.Link) (n int) {
	t.Helper()
	for batch := frames(100); ; {
		got, err := l.Receive(batch)
		check(t, err)
		if got == 0 {
			return n
		}
		n += got
	}
}

// The kernel's answer comes on the queue that the question was sent on.
func TestQueuesRemember(t *testing.T) {
	eachDriver(t, func(t *testing.T, driver Driver) {
		d := openUp(t, Options{Name: "door", Driver: driver, Queues: 2}, prefix4)
		conn := must(net.ListenPacket("udp", kernel4+":7"))(t).(*net.UDPConn)
		defer conn.Close()
		for i := range 16 {
			ask, other := d.Queue(i%2), d.Queue(1-i%2)
			question := nettest.UDP(endpoint(peer4, 1000+i), kernel4+":7", nettest.Payload(1))
			if refused, err := ask.Send([]*netstack.Frame{question.Frame()}); refused != 0 || err != nil {
				t.Fatalf("Send: %d refused, %v", refused, err)
			}
			_, from, err := conn.ReadFromUDP(make([]byte, 1))
			check(t, err)
			must(conn.WriteToUDP([]byte("yes"), from))(t)
			if waiting(t, other) != 0 || waiting(t, ask) != 1 {
				t.Errorf("the answer to flow %d came elsewhere", i)
			}
		}
	})
}
