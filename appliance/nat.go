package appliance

import (
	"time"

	"sallyport/appliance/control"
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
