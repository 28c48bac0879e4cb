package appliance

import (
	"strings"

	"sallyport/appliance/control"
	"sallyport/netstack"
	"sallyport/state"
)

// listStep is how many records are copied while the table is held.
const listStep = 256

// Sessions implements control.Backend.
func (a *Appliance) Sessions(yield func(control.Session) bool) {
	var chunk []state.View
	for cursor := state.Cursor(0); ; {
		chunk = chunk[:0]
		cursor = a.table.Sessions(a.now(), cursor, listStep, func(v state.View) { chunk = append(chunk, v) })
		for i := range chunk {
			if !yield(a.session(&chunk[i])) {
				return
			}
		}
		if cursor == 0 {
			return
		}
	}
}

func (a *Appliance) session(v *state.View) control.Session {
	return control.Session{
		ID: v.ID, Protocol: v.Original.Proto.String(),
		Original: tuple(v.Original), Reply: tuple(v.Reply),
		State: v.State, Rule: a.ruleName(v.Generation, v.Rule), Generation: v.Generation, NAT: a.natNames(v), Profile: v.Profile.String(),
		Started: a.wall(v.Started), LastSeen: a.wall(v.LastSeen),
		TimeoutLeft: int64(v.TimeoutLeft.Seconds()), TimeoutTotal: int64(v.TimeoutTotal.Seconds()),
		Packets: v.Packets, Bytes: v.Bytes, Flags: v.Flags.Words(),
	}
}

func tuple(k netstack.FlowKey) control.Tuple {
	return control.Tuple{Src: k.Src.Netip(), Sport: k.SrcPort, Dst: k.Dst.Netip(), Dport: k.DstPort, In: k.In.String()}
}

// natNames are the names of the translation rules at work on a session.
func (a *Appliance) natNames(v *state.View) string {
	var names []string
	for _, n := range []uint16{v.DstRule, v.SrcRule} {
		if name := a.natName(v.Generation, n); name != "" {
			names = append(names, name)
		}
	}
	return strings.Join(names, ",")
}
