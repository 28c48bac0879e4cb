package main

import (
	"net/netip"
	"time"

	"sallyport/appliance/forward"
	"sallyport/netstack"
	"sallyport/policy"
	"sallyport/state"
)

// openSallyport opens a lane as a worker has it.
func openSallyport(masquerade bool) (*engine, error) {
	rules, err := officeRules(masquerade)
	if err != nil {
		return nil, err
	}
	table := state.NewTable(state.Limits{MaxSessions: 2 * packets}, state.DefaultTimeouts(), state.NewSeed())
	fragments := state.NewFragments(state.FragmentLimits{MaxBytes: 1 << 20, MaxDatagrams: 64, PerSource: 32, Timeout: 30 * time.Second}, state.NewSeed())
	e := forward.NewEngine(table, fragments)
	e.Swap(forward.NewPolicy(rules, 1))
	lane, f, reply := forward.NewLane(e), netstack.NewFrame(), netstack.NewFrame()
	return &engine{
		pass: func(side int, packet []byte) bool {
			f.SetLen(copy(f.Space(), packet))
			f.Offload = netstack.Offload{}
			o := lane.Decide(netstack.Side(side), f, reply, 1)
			return o.Verdict == netstack.Pass
		},
		left: f.Bytes,
	}, nil
}

// officeRules let out what comes from inside, but for telnet.
func officeRules(masquerade bool) (*policy.RuleSet, error) {
	spec := policy.Spec{Rules: []policy.Rule{
		{Name: "no-telnet", From: policy.FromInside, To: policy.FromOutside, Action: netstack.Drop,
			Service: []policy.Service{{Protocol: netstack.TCP, Destination: netstack.PortRange{First: 23, Last: 23}}}},
		{Name: "out", From: policy.FromInside, To: policy.FromOutside, Action: netstack.Pass},
	}}
	if masquerade {
		spec.NAT = []policy.NAT{{Name: "internet", Type: policy.Masquerade, From: policy.FromInside, To: policy.FromOutside}}
	}
	return policy.Compile(spec, policy.Topology{Sides: [netstack.Sides]policy.SideTopology{
		{Networks: []netip.Prefix{private}, IPv4: true},
		{Own: []netip.Addr{public}, IPv4: true},
	}})
}
