// Package enforce makes of settings what the engine enforces.
//
// It owns the step from conf to forward.Policy, which is the same for the
// firewall that runs and for one that is only asked what it would do: appliance
// calls it, and appliance/explain.
package enforce
