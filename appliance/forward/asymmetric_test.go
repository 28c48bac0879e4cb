package forward

import (
	"fmt"
	"testing"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

func TestJ12AsymmetriesAreCountedByPair(t *testing.T) {
	l := newLoop(t, newRig(t, outward()).engine, 10)
	arrive := func(side netstack.Side, packets ...nettest.Packet) {
		for _, p := range packets {
			l.links[side].Inject(p)
			if _, err := l.worker.round(side); err != nil {
				t.Fatal(err)
			}
		}
	}
	syn := nettest.TCP(client6, server6, nettest.Flags("S"), nettest.Seq(1000))
	ack := nettest.TCP(client6, server6, nettest.Flags("A"), nettest.Seq(1001), nettest.Ack(1))
	synAck := nettest.TCP("[fd00:9::8]:80", client6, nettest.Flags("SA"))
	arrive(in, syn, ack, ack)
	arrive(out, synAck, nettest.TCP("[fd00:9::8]:81", client6, nettest.Flags("A")))
	got := l.worker.lane.engine.Asymmetries()
	if len(got) == 0 {
		t.Fatal("none")
	}
	want := []Asymmetry{
		{In: in, Src: addr("fd00:1::10"), Dst: addr("fd00:9::7"), Packets: 2, Last: got[0].Last},
		{In: out, Src: addr("fd00:9::8"), Dst: addr("fd00:1::10"), Packets: 1, Last: got[0].Last},
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

// A stranger who makes pairs up cannot make the table grow, nor push the network
// that is really asymmetric out of it.
func TestAsymmetriesUnderAttack(t *testing.T) {
	e := &Engine{}
	a := &e.asymmetric
	key := func(n uint64) *netstack.FlowKey {
		return &netstack.FlowKey{Src: netstack.Addr{Lo: 0xffff<<32 | n}, Dst: addr("10.1.0.10")}
	}
	for i := range uint64(100000) {
		a.note(key(i%5000+10), 1)
		if i%20 == 0 {
			a.note(key(1), 2)
		}
	}
	if len(a.pairs) != maxAsymmetries {
		t.Fatalf("%d pairs", len(a.pairs))
	}
	if top := e.Asymmetries()[0]; top.Src != key(1).Src || top.Packets < 4900 || top.Packets > 5000 || top.Last != 2 {
		t.Errorf("%+v", top)
	}
}
