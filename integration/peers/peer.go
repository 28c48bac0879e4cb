package main

// The sides that packets arrive from.
const (
	inside = iota
	outside
)

// peer is a packet filter.
type peer struct {
	name string
	open func() (*engine, error)
}

// engine is a packet filter with a policy: from inside all may go out but telnet.
type engine struct {
	// pass has a packet arrive, which it may alter, and reports whether it passes.
	pass func(side int, packet []byte) bool
	// left is the packet that passed last, as it leaves: translated, if the engine
	// does. nil: as it arrived.
	left  func() []byte
	close func()
}

var peers = []peer{
	{"sallyport", func() (*engine, error) { return openSallyport(false) }},
	{"sallyport, masquerading", func() (*engine, error) { return openSallyport(true) }},
	{"gVisor iptables", func() (*engine, error) { return openGvisor(false) }},
	{"gVisor iptables, masquerading", func() (*engine, error) { return openGvisor(true) }},
	{"Tailscale filter", openTailscale},
	{"Nebula firewall", openNebula},
}
