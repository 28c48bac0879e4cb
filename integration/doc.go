// Package integration shows the firewall at work on real traffic: the built
// binary in network namespaces made by appliance/lab, the kernel's own stacks on
// both sides of it, and the usual clients (ping, curl, iperf3, traceroute). One
// test does the same between two networks of a real Docker engine.
//
// It has tests only. They need root and Debian's packages that setup.sh beside
// this file installs; without them they skip and say so, unless
// SALLYPORT_REQUIRE=1 turns a skip into a failure, as `make test` does for root.
// Other variables: SALLYPORT_RACE=1 builds the binary with the race detector,
// SALLYPORT_BINARY names one that is built already.
//
// Nothing outside the namespaces is touched.
package integration
