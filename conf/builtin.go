package conf

import (
	"maps"
	"slices"

	"sallyport/policy"
)

// builtin are the services that every file may name, by the names and numbers
// of IANA's registry where it has them.
var builtin = map[string][]string{
	"bgp":         {"tcp/179"},
	"dhcp":        {"udp/67-68"},
	"dhcpv6":      {"udp/546-547"},
	"dns":         {"udp/53", "tcp/53"},
	"dns-tls":     {"tcp/853", "udp/853"},
	"ftp":         {"tcp/21"},
	"git":         {"tcp/9418"},
	"http":        {"tcp/80"},
	"http3":       {"udp/443"},
	"https":       {"tcp/443"},
	"imap":        {"tcp/143"},
	"imaps":       {"tcp/993"},
	"iperf3":      {"tcp/5201", "udp/5201"},
	"ipsec":       {"udp/500", "udp/4500", "esp", "ah"},
	"irc":         {"tcp/6667"},
	"ircs":        {"tcp/6697"},
	"kerberos":    {"tcp/88", "udp/88"},
	"l2tp":        {"udp/1701"},
	"ldap":        {"tcp/389", "udp/389"},
	"ldaps":       {"tcp/636"},
	"mqtt":        {"tcp/1883"},
	"mqtts":       {"tcp/8883"},
	"mysql":       {"tcp/3306"},
	"nfs":         {"tcp/2049"},
	"ntp":         {"udp/123"},
	"openvpn":     {"udp/1194", "tcp/1194"},
	"ping":        {"icmp/echo-request", "icmpv6/echo-request"},
	"pop3":        {"tcp/110"},
	"pop3s":       {"tcp/995"},
	"postgresql":  {"tcp/5432"},
	"pptp":        {"tcp/1723", "gre"},
	"radius":      {"udp/1812-1813"},
	"rdp":         {"tcp/3389", "udp/3389"},
	"redis":       {"tcp/6379"},
	"rsync":       {"tcp/873"},
	"rtsp":        {"tcp/554", "udp/554"},
	"sip":         {"udp/5060", "tcp/5060"},
	"sips":        {"tcp/5061"},
	"smb":         {"tcp/445"},
	"smtp":        {"tcp/25"},
	"snmp":        {"udp/161"},
	"snmp-trap":   {"udp/162"},
	"ssh":         {"tcp/22"},
	"stun":        {"udp/3478", "tcp/3478"},
	"submission":  {"tcp/587"},
	"submissions": {"tcp/465"},
	"syslog":      {"udp/514"},
	"syslog-tls":  {"tcp/6514"},
	"telnet":      {"tcp/23"},
	"tftp":        {"udp/69"},
	"traceroute":  {"udp/33434-33534"},
	"vnc":         {"tcp/5900"},
	"whois":       {"tcp/43"},
	"wireguard":   {"udp/51820"},
}

func builtinNames() []string { return slices.Sorted(maps.Keys(builtin)) }

// mustServices parses literals that a test has parsed before.
func mustServices(literals []string) (list []policy.Service) {
	for _, l := range literals {
		s, err := parseService(l)
		if err != nil {
			panic(err)
		}
		list = append(list, s...)
	}
	return list
}
