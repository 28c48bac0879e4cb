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
	engine  *forward.Engine
	lane    *forward.Lane
	box     *enforce.Box
	f, out  *netstack.Frame
	outcome forward.Outcome // of the last packet
}

// benchSessions is room for what one packet can open.
const benchSessions = 16

func newBench(s *conf.Settings, rules *policy.RuleSet, box *enforce.Box) (*bench, error) {
	b := &bench{box: box, f: netstack.NewFrame(), out: netstack.NewFrame()}
	table := state.NewTable(state.Limits{MaxSessions: benchSessions}, s.State.Terms[0].Timeouts, state.NewSeed())
	b.engine = forward.NewEngine(table, state.NewFragments(s.State.Fragments, state.NewSeed()))
	pol, err := enforce.Policy(s, rules, box, table, 1)
	if err != nil {
		return nil, err
	}
	b.engine.Swap(pol)
	b.lane = forward.NewLane(b.engine)
	return b, nil
}

// decide has the packet arrive on side in.
func (b *bench) decide(in netstack.Side, packet []byte) *forward.Outcome {
	b.f.SetLen(copy(b.f.Space(), packet))
	b.f.Offload = netstack.Offload{}
	b.outcome = b.lane.Decide(in, b.f, b.out, 0)
	return &b.outcome
}
