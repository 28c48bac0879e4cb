package conf

import (
	"time"

	"sallyport/netstack"
	"sallyport/policy"
	"sallyport/state"
)

// DefaultSocket is where the control socket is if nothing else is said.
const DefaultSocket = "/run/sallyport/sallyport.sock"

// Defaults returns the settings of a run without a file: accept what goes from
// inside to outside, masquerade it, drop the rest. The sides are given as by
// Side.SetInterface; what is not a subnet is taken as a name.
func Defaults(inside, outside string) *Settings {
	s := empty()
	for side, text := range []string{inside, outside} {
		if err := s.Sides[side].SetInterface(text); err != nil {
			s.Sides[side].Interface = text
		}
	}
	s.Policy = policy.Spec{
		Rules: []policy.Rule{{Name: "out", From: policy.FromInside, To: policy.FromOutside, Action: netstack.Pass}},
		NAT:   []policy.NAT{{Name: "internet", Type: policy.Masquerade, From: policy.FromInside, To: policy.FromOutside}},
	}
	return s
}

// empty returns the settings of an empty file: bare TUNs, and nothing passes.
func empty() *Settings {
	return &Settings{
		Sides: [netstack.Sides]Side{
			netstack.Inside:  {TUN: "sp-inside"},
			netstack.Outside: {TUN: "sp-outside"},
		},
		TUN: TUN{Driver: DriverAuto, QueueLength: 4096},
		State: State{
			MaxSessions: 262144, SYNGuard: state.GuardStart(262144), Terms: []Terms{{Terms: state.Terms{Timeouts: state.Strict.Timeouts()}}},
			Fragments:        state.DefaultFragmentLimits(),
			SnapshotInterval: 30 * time.Second, Rematch: RematchKill,
		},
		Log:     Log{Level: "info", Format: "auto", DropsPerSecond: 10},
		Control: Control{Socket: DefaultSocket},
	}
}
