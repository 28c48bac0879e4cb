package appliance

import (
	"sallyport/appliance/control"
	"sallyport/netstack"
	"sallyport/state"
)

// listedDatagrams is how many datagrams of a side are listed. They are copied
// while its store is held.
const listedDatagrams = 512

// Fragments implements control.Backend.
func (a *Appliance) Fragments() (all []control.Datagram) {
	now := a.now()
	for side := range netstack.Side(netstack.Sides) {
		a.engine.Fragments.List(side, now, listedDatagrams, func(v state.FragmentView) { all = append(all, a.datagram(&v)) })
	}
	return all
}

func (a *Appliance) datagram(v *state.FragmentView) control.Datagram {
	d := control.Datagram{
		In: v.Flow.In.String(), Protocol: v.Flow.Proto.String(),
		Src: v.Flow.Src.Netip(), Sport: v.Flow.SrcPort, Dst: v.Flow.Dst.Netip(), Dport: v.Flow.DstPort,
		Identification: uint32(v.Name.SrcPort)<<16 | uint32(v.Name.DstPort),
		Fragments:      v.Fragments, Bytes: v.Bytes, First: v.First, Last: v.Last,
		Began: a.wall(v.Began), TimeoutLeft: int64(v.Left.Seconds()),
	}
	if v.Refused != netstack.ReasonNone {
		d.Refused = v.Refused.String()
	}
	return d
}
