package netstack_test

import (
	"testing"

	. "sallyport/netstack"
	"sallyport/netstack/nettest"
)

// tcp is a segment of the flow that the cases are about. Its sender leaves the
// identification at 0, as it may with DF.
func tcp(seq uint32, size int, with ...nettest.Option) nettest.Packet {
	base := []nettest.Option{nettest.DF(), nettest.Flags("A"), nettest.Ack(7), nettest.Seq(seq), nettest.Payload(size)}
	return nettest.TCP(in4, out4, append(base, with...)...)
}

func tcp6(seq uint32, size int, with ...nettest.Option) nettest.Packet {
	base := []nettest.Option{nettest.Flags("A"), nettest.Ack(7), nettest.Seq(seq), nettest.Payload(size)}
	return nettest.TCP(in6, out6, append(base, with...)...)
}

func TestCoalesceTCPSequence(t *testing.T) {
	run(t, []merging{
		{"in order", packets{tcp(1, 20), tcp(21, 20), tcp(41, 20)}, []int{3}},
		{"in order, IPv6", packets{tcp6(1, 20), tcp6(21, 20), tcp6(41, 7)}, []int{3}},
		{"last shorter", packets{tcp(1, 20), tcp(21, 3), tcp(24, 20)}, []int{2, 1}},
		{"longer", packets{tcp(1, 20), tcp(21, 21)}, []int{1, 1}},
		{"wraps", packets{tcp(0xfffffff0, 20), tcp(4, 20)}, []int{2}},
		{"gap", packets{tcp(1, 20), tcp(22, 20)}, []int{1, 1}},
		{"overlap", packets{tcp(1, 20), tcp(20, 20)}, []int{1, 1}},
		{"retransmission", packets{tcp(1, 20), tcp(1, 20), tcp(21, 20)}, []int{1, 2}},
		{"without data", packets{tcp(1, 0), tcp(1, 0)}, []int{1, 1}},
		{"without data between", packets{tcp(1, 20), tcp(21, 0), tcp(21, 20), tcp(41, 20)}, []int{1, 1, 2}},
		{"65 segments", many(65, func(i int) nettest.Packet { return tcp(uint32(i), 1) }), []int{65}},
		{"64 KiB", many(47, func(i int) nettest.Packet { return tcp(uint32(i*1448), 1448) }), []int{45, 2}},
		{"left to the device", packets{tcp(1, 20, nettest.Partial()), tcp(21, 20)}, []int{2}},
		{"a super-packet", packets{tcp(1, 20), tcp(21, 60, nettest.GSO(20)), tcp(81, 20)}, []int{1, 3, 1}},
	})
}

func TestCoalesceTCPFields(t *testing.T) {
	stamp := func(n byte) nettest.Option { return nettest.TCPOptions(1, 1, 8, 10, 0, 0, 0, n, 0, 0, 0, 1) }
	bare := func(at int, v byte) nettest.Packet { return repaired(tcp(21, 20).Mutate(set(at, v))) }
	run(t, []merging{
		{"acknowledgement", packets{tcp(1, 20), tcp(21, 20, nettest.Ack(8))}, []int{1, 1}},
		{"window", packets{tcp(1, 20), tcp(21, 20, nettest.Window(9))}, []int{1, 1}},
		{"urgent pointer", packets{tcp(1, 20), bare(39, 1)}, []int{1, 1}},
		{"reserved bits", packets{tcp(1, 20), bare(32, 0x51)}, []int{1, 1}},
		{"same timestamps", packets{tcp(1, 20, stamp(1)), tcp(21, 20, stamp(1))}, []int{2}},
		{"other timestamps", packets{tcp(1, 20, stamp(1)), tcp(21, 20, stamp(2))}, []int{1, 1}},
		{"options begin", packets{tcp(1, 20), tcp(21, 20, stamp(1))}, []int{1, 1}},
		{"options end", packets{tcp(1, 20, stamp(1)), tcp(21, 20)}, []int{1, 1}},
		{"identification counts", packets{tcp(1, 20, nettest.IPID(8)), tcp(21, 20, nettest.IPID(9))}, []int{2}},
		{"identification skips", packets{tcp(1, 20, nettest.IPID(8)), tcp(21, 20, nettest.IPID(10))}, []int{1, 1}},
	})
}

func TestCoalesceTCPFlags(t *testing.T) {
	flags := nettest.Flags
	run(t, []merging{
		{"PSH on the last", packets{tcp(1, 20), tcp(21, 20), tcp(41, 20, flags("AP"))}, []int{3}},
		{"PSH ends it", packets{tcp(1, 20), tcp(21, 20, flags("AP")), tcp(41, 20)}, []int{2, 1}},
		{"PSH on the first", packets{tcp(1, 20, flags("AP")), tcp(21, 20), tcp(41, 20)}, []int{1, 2}},
		{"PSH on all", packets{tcp(1, 20, flags("AP")), tcp(21, 20, flags("AP"))}, []int{1, 1}},
		{"FIN on the last", packets{tcp(1, 20), tcp(21, 20, flags("AF"))}, []int{2}},
		{"FIN and PSH on a shorter last", packets{tcp(1, 20), tcp(21, 3, flags("APF"))}, []int{2}},
		{"FIN on the first", packets{tcp(1, 20, flags("AF")), tcp(21, 20)}, []int{1, 1}},
		{"ECE on all", packets{tcp(1, 20, flags("AE")), tcp(21, 20, flags("AE"))}, []int{2}},
		{"ECE begins", packets{tcp(1, 20), tcp(21, 20, flags("AE"))}, []int{1, 1}},
		{"ECE ends", packets{tcp(1, 20, flags("AE")), tcp(21, 20)}, []int{1, 1}},
		{"ACK begins", packets{tcp(1, 20, flags("")), tcp(21, 20)}, []int{1, 1}},
		{"CWR on the first", packets{tcp(1, 20, flags("AC")), tcp(21, 20)}, []int{1, 1}},
		{"CWR on all", packets{tcp(1, 20, flags("AC")), tcp(21, 20, flags("AC"))}, []int{1, 1}},
		{"URG", packets{tcp(1, 20, flags("AU")), tcp(21, 20, flags("AU"))}, []int{1, 1}},
		{"SYN", packets{tcp(1, 20, flags("S")), tcp(21, 20, flags("S"))}, []int{1, 1}},
		{"RST", packets{tcp(1, 20, flags("AR")), tcp(21, 20, flags("AR"))}, []int{1, 1}},
	})
}

func repaired(p nettest.Packet) nettest.Packet {
	return p.Mutate(func(b []byte) { nettest.RepairMessage(b, Offload{}) })
}
