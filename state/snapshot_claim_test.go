package state

import (
	"testing"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

// TestMappingIsClaimedByWhatItDependsOn: a saved session takes up a mapping that
// is there only if it is the same, down to the remote address that its inside
// endpoint knows. Two published addresses of one server are two.
func TestMappingIsClaimedByWhatItDependsOn(t *testing.T) {
	r := newRig(t, Limits{MaxSessions: 10})
	r.policy = forward("10.1.0.10", 0, inside, behaving(ad, ad))
	r.passes(inside, nettest.UDP("10.1.0.5:4000", "192.0.2.70:53"))
	of, seen, real := r.sessions.cold(1).mapping, address("192.0.2.70"), address("10.1.0.10")
	for _, c := range []struct {
		name   string
		change func(x *mapping)
		seen   netstack.Addr
		want   ref
	}{
		{"the same", func(*mapping) {}, seen, of},
		{"another address of the server", func(*mapping) {}, address("192.0.2.71"), 0},
		{"another host inside", func(x *mapping) { x.inside = address("10.1.0.6") }, seen, 0},
		{"another port of the host", func(x *mapping) { x.insidePort++ }, seen, 0},
		{"another behaviour", func(x *mapping) { x.is = traitsOf(behaving(ei, ad), inside) }, seen, 0},
	} {
		fresh := *r.mappings.records.at(of)
		c.change(&fresh)
		if got, free := r.mappings.claim(&fresh, c.seen, real); got != c.want || free {
			t.Errorf("%s: mapping %d, free %v; want %d", c.name, got, free, c.want)
		}
	}
}
