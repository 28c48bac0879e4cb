package forward

import (
	"testing"

	"sallyport/netstack"
	"sallyport/policy"
	"sallyport/state"
)

// FuzzProfiles is FuzzEngine with the profiles loose and fw1, and with services
// of which only SYNs are looked at.
func FuzzProfiles(f *testing.F) {
	for _, script := range seeds() {
		f.Add(uint8(state.Loose), false, script)
		f.Add(uint8(state.FW1), false, script)
		f.Add(uint8(state.FW1), true, script)
	}
	f.Fuzz(func(t *testing.T, profile uint8, fastmode bool, script []byte) {
		spec := outward()
		if fastmode {
			spec.SYNOnly = []policy.Service{{Protocol: netstack.TCP}}
		}
		r := newRig(t, spec)
		r.live(state.Profile(profile % uint8(state.Profiles)))
		p := newPlayer(r)
		for steps := 0; len(script) > 0 && steps < 64; steps++ {
			script = p.step(script)
		}
	})
}
