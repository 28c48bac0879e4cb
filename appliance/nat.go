package appliance

import (
	"slices"
	"time"

	"sallyport/appliance/control"
	"sallyport/appliance/forward"
	"sallyport/netstack"
	"sallyport/state"
)

// listedExternals is how many external addresses are listed.
const listedExternals = 4096

// Mappings implements control.Backend.
func (a *Appliance) Mappings(yield func(control.Mapping) bool) {
	var chunk []state.MappingView
	for cursor := state.Cursor(0); ; {
		chunk = chunk[:0]
		cursor = a.table.Mappings(a.now(), cursor, listStep, func(v state.MappingView) { chunk = append(chunk, v) })
		for i := range chunk {
			if !yield(a.mapping(&chunk[i])) {
				return
			}
		}
		if cursor == 0 {
			return
		}
	}
}

func (a *Appliance) mapping(v *state.MappingView) control.Mapping {
	return control.Mapping{
		Protocol: v.Proto.String(), Side: v.Side.String(),
		Inside: v.Inside.Netip(), InsidePort: v.InsidePort, External: v.External.Netip(), ExternalPort: v.Port,
		Remote: v.Remote.Netip(), Mapping: v.Mapping.String(), Filtering: v.Filtering.String(),
		Rule: a.ruleName(v.Generation, v.Rule), NAT: a.natName(v.Generation, v.SrcRule),
		Sessions: v.Sessions, Since: a.wall(a.now()).Add(-v.Age).Truncate(time.Second),
	}
}

// alarm says loudly that there was no external endpoint for packets, if any were
// refused for that since the last time, when it was before in all; and which
// address has most of its ports lent. It returns how many it is now.
func (a *Appliance) alarm(t *forward.Tally, before uint64) uint64 {
	refused := t.Refused[netstack.Inside][netstack.NATExhausted] + t.Refused[netstack.Outside][netstack.NATExhausted]
	if refused == before {
		return before
	}
	e := a.log.Error().Uint64("packets", refused-before).Int("mappings", a.table.Stats().Mappings)
	if all := a.Externals(); len(all) > 0 {
		most := slices.MaxFunc(all, func(x, y control.External) int { return x.Ports - y.Ports })
		e = e.Stringer("address", most.Address).Str("protocol", most.Protocol).Int("ports_lent", most.Ports)
	}
	e.Msg("NAT is exhausted: no external endpoint was left; give the pool more addresses or ports, or hosts a quota")
	return refused
}

// Externals implements control.Backend.
func (a *Appliance) Externals() (all []control.External) {
	for cursor := state.Cursor(0); ; {
		cursor = a.table.Externals(cursor, listStep, func(v state.ExternalView) {
			all = append(all, control.External{Address: v.Addr.Netip(), Protocol: v.Proto.String(), Ports: v.Ports})
		})
		if cursor == 0 || len(all) >= listedExternals {
			return all
		}
	}
}
