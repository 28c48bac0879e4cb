package tun

import (
	"bytes"
	"net"
	"slices"
	"testing"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

// What the kernel sends as one super-packet is received as one.
func TestVnetSuperPacket(t *testing.T) {
	namespace(t)
	d := openUp(t, Options{Name: "door", Driver: Vnet}, prefix4)
	sendSegments(t, peer4+":7", 50)
	f := next(t, d.Queue(0), protocol(netstack.UDP))
	if !f.Offload.GSO() {
		t.Skip("this kernel knows no UDP segmentation on a TUN (it came with Linux 6.2)")
	}
	want := netstack.Offload{Flags: netstack.NeedsCsum, GSOType: netstack.GSOUDPL4, GSOSize: 2, HdrLen: 28, CsumStart: 20, CsumOffset: 6}
	if f.Offload != want || len(f.Bytes()) != 28+99 {
		t.Errorf("%+v with %d bytes; want %+v", f.Offload, len(f.Bytes()), want)
	}
	nettest.CheckSums(t, f.Bytes(), f.Offload)
}

// What is sent as one super-packet is received by the kernel as several packets,
// whose checksums it makes.
func TestVnetSendSuperPacket(t *testing.T) {
	namespace(t)
	d := openUp(t, Options{Name: "door", Driver: Vnet}, prefix4)
	conn := must(net.ListenPacket("udp", kernel4+":7"))(t).(*net.UDPConn)
	defer conn.Close()
	payload := bytes.Repeat([]byte("knock"), 3)
	send(t, d, nettest.UDP(peer4+":9", kernel4+":7", nettest.PayloadBytes(payload[:14]), nettest.GSO(5)))
	for _, want := range []string{"knock", "knock", "knoc"} {
		if got := read(t, conn); string(got) != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// Of the drivers only vnet takes super-packets; what it says of datagrams is what
// the kernel did with the probes.
func TestOffloads(t *testing.T) {
	eachDriver(t, func(t *testing.T, driver Driver) {
		d := open(t, Options{Name: "door", Driver: driver, Queues: 2})
		want := map[Driver]netstack.Offloads{Vnet: netstack.TSO | netstack.USO}[driver]
		for i := range d.Queues() {
			o, _ := d.Queue(i).(netstack.Offloader)
			if driver == Wireguard && o != nil {
				t.Error("the library merges by itself")
			}
			if o != nil && o.Offloads() != want {
				t.Errorf("queue %d takes %b, want %b", i, o.Offloads(), want)
			}
		}
	})
}

// A super-packet that is refused counts the packets that it stands for.
func TestVnetRefusedSuperPacket(t *testing.T) {
	namespace(t)
	d := open(t, Options{Name: "door", Driver: Vnet}) // and down
	f := nettest.UDP(peer4+":9", kernel4+":7", nettest.Payload(14), nettest.GSO(5)).Frame()
	if refused, err := d.Queue(0).Send([]*netstack.Frame{f}); refused != 3 || err != nil {
		t.Errorf("Send: %d refused, %v; want 3", refused, err)
	}
}

func TestVnetAllocatesNothing(t *testing.T) {
	namespace(t)
	d := openUp(t, Options{Name: "door", Driver: Vnet}, prefix4)
	conn := must(net.Dial("udp", peer4+":7"))(t)
	defer conn.Close()
	const runs = 100
	for range runs + 1 {
		must(conn.Write([]byte("knock")))(t)
	}
	batch, l := frames(1), d.Queue(0)
	allocs := testing.AllocsPerRun(runs, func() {
		if n, err := l.Receive(batch); n != 1 || err != nil {
			t.Fatalf("Receive: %d, %v", n, err)
		}
	})
	if allocs != 0 {
		t.Errorf("Receive: %v allocations", allocs)
	}
	batch[0] = nettest.ICMPEchoReply(peer4, kernel4).Frame()
	allocs = testing.AllocsPerRun(runs, func() {
		if refused, err := l.Send(batch); refused != 0 || err != nil {
			t.Fatalf("Send: %d refused, %v", refused, err)
		}
	})
	if allocs != 0 {
		t.Errorf("Send: %v allocations", allocs)
	}
}

// The probes reach the kernel's virtio code and nothing above it.
func TestSelfTest(t *testing.T) {
	eachDriver(t, func(t *testing.T, driver Driver) {
		if driver == Water {
			t.Skip("has nothing to test")
		}
		d := open(t, Options{Name: "door", Driver: driver})
		s := attrs(t, d).Statistics
		want := uint64(map[Driver]int{Vnet: 5, Wireguard: 2}[driver])
		if s.RxPackets != want || s.TxPackets != 0 {
			t.Errorf("the kernel received %d packets and sent %d; want %d and none", s.RxPackets, s.TxPackets, want)
		}
		for _, counter := range []string{"Ip6InDelivers", "Ip6OutRequests"} {
			if n := snmp6(t, counter); n != "0" {
				t.Errorf("%s is %s", counter, n)
			}
		}
	})
}

// Who looks at a probe as the kernel's IP code does sees a broken packet.
func TestProbesAreBroken(t *testing.T) {
	for _, p := range slices.Concat(superProbes(), datagramProbes(), []probe{partialProbe()}) {
		var view netstack.Packet
		if r := view.Parse(netstack.Outside, p.frame); r == netstack.ReasonNone {
			t.Errorf("%s parses", p.what)
		}
	}
}

func TestSelfTestFails(t *testing.T) {
	namespace(t)
	d := open(t, Options{Name: "door", Driver: Vnet})
	bad := probe{"the impossible", newFrame(brokenIPv4(17, 100), netstack.Offload{GSOType: 77, GSOSize: 10})}
	err := d.selfTest(d.links[0].(*rawLink).file, []probe{partialProbe(), bad})
	if err == nil || err.Error() != `tun: interface "door": the kernel refuses the impossible: invalid argument` {
		t.Errorf("%v", err)
	}
}
