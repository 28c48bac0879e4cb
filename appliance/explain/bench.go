package explain

import (
	"sallyport/appliance/enforce"
	"sallyport/appliance/forward"
	"sallyport/conf"
	"sallyport/netstack"
	"sallyport/policy"
	"sallyport/state"
)

// bench is an engine with a policy, and nothing in its tables.
type bench struct {
	settings *conf.Settings
	engine   *forward.Engine
	lane     *forward.Lane
	box      *enforce.Box
	f, out   *netstack.Frame
	outcome  forward.Outcome // of the last packet
}

// What one packet can need: sessions and incomplete datagrams, and bytes of these.
const (
	benchSessions = 16
	benchBytes    = 1 << 20
)

func newBench(s *conf.Settings, rules *policy.RuleSet, box *enforce.Box) (*bench, error) {
	b := &bench{settings: s, box: box, f: netstack.NewFrame(), out: netstack.NewFrame()}
	b.engine = forward.NewEngine(b.tables())
	pol, err := enforce.Policy(s, rules, box, b.engine.Table, 1)
	if err != nil {
		return nil, err
	}
	b.engine.Swap(pol)
	b.lane = forward.NewLane(b.engine)
	return b, nil
}

// tables returns tables that hold nothing.
func (b *bench) tables() (*state.Table, *state.Fragments) {
	s := &b.settings.State
	fragments := s.Fragments
	fragments.MaxDatagrams, fragments.MaxBytes = min(fragments.MaxDatagrams, benchSessions), min(fragments.MaxBytes, benchBytes)
	return state.NewTable(state.Limits{MaxSessions: benchSessions}, s.Terms[0].Timeouts, state.NewSeed()),
		state.NewFragments(fragments, state.NewSeed())
}

// clear makes b as it was before the first packet: with thousands of rules, that is
// done in a tenth of the time that another takes.
func (b *bench) clear() error {
	b.engine.Table, b.engine.Fragments = b.tables()
	b.lane = forward.NewLane(b.engine)
	return enforce.Tell(b.engine.Load(), b.settings, b.engine.Table)
}

// decide has the packet arrive on side in.
func (b *bench) decide(in netstack.Side, packet []byte) *forward.Outcome {
	b.f.SetLen(copy(b.f.Space(), packet))
	b.f.Offload = netstack.Offload{}
	b.outcome = b.lane.Decide(in, b.f, b.out, 0)
	return &b.outcome
}
