// Package lab builds a laboratory of network namespaces around a firewall:
//
//	inside            firewall                      outside
//	10.1.0.10/24      10.1.0.1/24   192.0.2.1/24    192.0.2.10/24
//	fd00:1::10/64     fd00:1::1/64  fd00:2::1/64    fd00:2::10/64
//	[eth0]------------[eth0]  ......  [eth1]------------[eth0]
//
// and, if asked, a router on the way:
//
//	firewall [eth1]------[eth0] router [eth1]------[eth0] outside
//	192.0.2.1/24   192.0.2.254/24 198.51.100.1/24  198.51.100.10/24
//	fd00:2::1/64   fd00:2::fe/64  fd00:3::1/64     fd00:3::10/64
//
// Both links of the firewall may have a host in them that carries frames only if
// the caller does: Config.Wires.
//
// Every host has a default route towards the firewall, the outside ones too, so
// that whatever a broken firewall lets out without translation is seen to
// arrive. The firewall's namespace forwards nothing until something is started
// in it, or Host.Forward is called.
//
// The package owns the namespaces, the links and the processes started in them,
// and removes them all in Lab.Close. It speaks netlink and needs no program. It
// needs CAP_SYS_ADMIN and CAP_NET_ADMIN; Unprivileged finds them in a user
// namespace. The root namespace is never touched. The integration tests and
// `sallyport demo` call it.
package lab
