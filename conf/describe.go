package conf

import (
	"strings"

	"sallyport/state"
)

// description returns what the key of the path is, in a sentence or two.
func description(path string) string {
	if key, found := strings.CutPrefix(path, "outside."); found {
		path = "inside." + key // the two sides have the same keys
	}
	if _, name, found := strings.Cut(path, "timeouts."); found {
		if timer, ok := state.ParseTimer(name); ok {
			return timerDescriptions[timer]
		}
	}
	return descriptions[path]
}

// descriptions are by path. docs/configuration.md says more.
var descriptions = map[string]string{
	"include": "Files whose rules and lists stand before this file's: paths and patterns such as \"rules.d/*.toml\", relative to this file.",

	"inside":            "The door to the protected network.",
	"outside":           "The door to everybody else.",
	"inside.interface":  "Name of the interface, or a subnet that it has an address in. Left out: a bare TUN, which somebody else routes into.",
	"inside.networks":   "Prefixes that live on this side; left out, those that are routed through the interface.",
	"inside.gateway":    "An address that the interface is given while the firewall runs, or one of each family.",
	"inside.tun":        "Name of the TUN device, 1 to 15 bytes.",
	"tun":               "The TUN devices.",
	"tun.driver":        "vnet carries super-packets whole, wireguard is for kernels where that does not work, water goes a packet a time; auto takes the first that works.",
	"tun.queues":        "Queues of each device; 0: one for each core, at most 4.",
	"tun.queue_length":  "Packets that wait in each queue for the firewall; what finds it full is lost.",
	"tun.busy_poll":     "How long a worker that finds nothing looks again before it sleeps; only for who has cores to spare.",
	"addresses":         "Named lists of addresses, for rules and translations.",
	"addresses.*":       "Addresses, prefixes (\"10.1.0.0/24\"), ranges (\"10.1.0.5-10.1.0.9\"), other lists, \"self\" and \"any\".",
	"services":          "Named lists of services.",
	"services.*":        "Services such as \"tcp/443\", \"tcp/80,8000-8090\", \"udp/123 from 123\", \"icmp/echo-request\", \"proto/47\", built-in names and other lists.",
	"schedules":         "Times at which rules hold.",
	"schedules.*":       "A schedule holds on each of its days that is in its dates, at its hours.",
	"schedules.*.zone":  "Whose clocks count: a time zone such as \"Europe/Berlin\", or \"UTC\".",
	"schedules.*.days":  "Days of the week: \"mon-fri\", \"sat\". Left out: every day.",
	"schedules.*.hours": "Parts of a day: \"08:00-18:00\"; \"22:00-06:00\" ends on the next day. Left out: the whole day.",
	"schedules.*.dates": "Days of a year, \"2026-12-24..2027-01-06\", or of every year, \"12-24..01-06\". Left out: every day.",

	"state":                         "What is remembered of conversations.",
	"state.profile":                 "How strictly conversations are followed: strict; loose picks up in the middle; fw1 is FireWall-1 of the year 2000, for study.",
	"state.max_sessions":            "Sessions remembered at once, at about 320 bytes each.",
	"state.syn_guard":               "Half-open TCP sessions begun from one side at which SYNs from there must prove their source; 0: never.",
	"state.timeouts":                "How long a session outlives its last packet.",
	"state.fragments":               "What is held of datagrams whose fragments have not all come, on each side.",
	"state.fragments.max_bytes":     "Bytes for fragments.",
	"state.fragments.max_datagrams": "Incomplete datagrams; 0: no fragment passes.",
	"state.fragments.per_source":    "Incomplete datagrams of one source.",
	"state.fragments.timeout":       "From a datagram's first fragment to its last.",
	"state.service_timeouts":        "How long sessions to a service may be idle: a service and a duration.",
	"state.service_timeouts.*":      "How long sessions to this service may be idle.",
	"state.fastmode":                "Services of TCP of which rules see only SYNs; only with the profile fw1.",
	"state.rematch":                 "What becomes of sessions that changed rules would not let in: they end, are reported and go on, or go on.",
	"state.snapshot":                "Absolute path of the file that keeps the sessions over a restart.",
	"state.snapshot_interval":       "How often the snapshot is written besides at the stop.",

	"rule":                       "Rules, in their order: the first that matches decides.",
	"rule.name":                  "Unique among rules; logs, counters and listings go by it.",
	"rule.comment":               "For people.",
	"rule.from":                  "The side that the packet comes from; left out: any.",
	"rule.to":                    "Where the packet goes: a side, self (the box's own addresses) or any. Left out: any.",
	"rule.family":                "One IP version; left out: both.",
	"rule.source":                "Where it comes from: lists, addresses, prefixes, ranges; \"!x\" takes x away.",
	"rule.destination":           "The real host that it goes to, after dnat: lists, addresses, prefixes, ranges; \"!x\" takes x away.",
	"rule.service":               "Services; \"!x\" takes x away. Left out: any.",
	"rule.action":                "accept, drop silently, or reject with a RST or an ICMP error.",
	"rule.log":                   "Log the start and the end of each session, or what was dropped or rejected.",
	"rule.profile":               "The profile of the sessions that it lets in.",
	"rule.timeouts":              "Their timeouts.",
	"rule.schedule":              "When it holds: a schedule's name or several; \"!x\" for when x does not hold.",
	"rule.until":                 "Until when it holds: a date with time and offset, such as 2026-12-31T18:00:00+01:00.",
	"rule.limit":                 "What bounds the sessions that it lets in.",
	"rule.limit.sessions":        "Sessions at once.",
	"rule.limit.half_open":       "Sessions of TCP and SCTP at once whose handshake is not complete.",
	"rule.limit.per_source":      "Sessions of one source at once.",
	"rule.limit.rate_per_source": "How fast one source may open sessions: \"20/s\", \"100/m\", \"20/10s\".",

	"nat":                 "Translations, in their order: the first that matches applies.",
	"nat.name":            "Unique among translations.",
	"nat.comment":         "For people.",
	"nat.type":            "masquerade: the source becomes the egress side's address; snat: one of translate_to; dnat: the destination becomes translate_to; static and nptv6: one to one; none: no translation.",
	"nat.from":            "The side that the packet comes from; of static and nptv6 the side of the real hosts.",
	"nat.to":              "The side that the packet leaves by; of static and nptv6 the side that knows the hosts by other addresses. Not of dnat.",
	"nat.family":          "One IP version; left out: both.",
	"nat.source":          "Where it comes from, as it was sent; of static and nptv6 the real addresses.",
	"nat.destination":     "Where it goes: of dnat the address that is asked for, mostly [\"self\"].",
	"nat.service":         "Services: of dnat as they are asked for.",
	"nat.translate_to":    "Of snat, static and nptv6 the addresses to use; of dnat a host, perhaps with a port, or several.",
	"nat.hairpin":         "Hosts of the inside may come to it by its external address.",
	"nat.mapping":         "What an inside endpoint's external port depends on (RFC 4787 4.1).",
	"nat.filtering":       "Who outside may send to a mapping (RFC 4787 5).",
	"nat.ports":           "External ports that may be lent: \"1024-65535\", or several ranges.",
	"nat.port_choice":     "Which external port is lent: the inside one if it is free, a random one, or the next free one.",
	"nat.parity":          "An even port for an even one, odd for odd, while there are any.",
	"nat.contiguity":      "The port after N's for port N+1, if it is free.",
	"nat.pooling":         "paired: an inside host keeps one external address for everything.",
	"nat.quota":           "How many mappings an inside host may hold.",
	"nat.unsolicited_syn": "A SYN from outside to a lent port that nobody asked for: answered after 6 seconds, or never.",

	"test":            "What the policy must do, run by check and before every reload.",
	"test.name":       "For the message if it fails.",
	"test.comment":    "For people.",
	"test.at":         "When the packet comes; left out, all rules hold.",
	"test.from":       "The side that the packet comes from.",
	"test.packet":     "The packet: \"10.1.0.5 -> 1.1.1.1 tcp/443\".",
	"test.expect":     "What becomes of it: \"accept by web\", \"drop by default\", \"drop because spoofed\".",
	"test.translated": "How it leaves: \"self -> 10.1.0.10:80\".",

	"log":                  "What is logged, and how.",
	"log.level":            "The least that is logged.",
	"log.format":           "console for people, json for machines, auto: the first on a terminal, else the second.",
	"log.file":             "Absolute path; left out: standard error.",
	"log.drops_per_second": "Dropped packets that are logged each second; all are counted.",
	"control":              "How the other commands reach the firewall.",
	"control.socket":       "Absolute path of the unix socket.",
	"control.history":      "Absolute path of the directory that keeps the last 50 configurations.",
	"control.group":        "A group whose members may use the socket besides root.",
}

var timerDescriptions = [state.Timers]string{
	state.TCPOpening:         "Until the handshake is complete.",
	state.TCPEstablished:     "Both ends speak, or one of them has closed.",
	state.TCPClosing:         "Both ends have sent a FIN, not all is acknowledged.",
	state.TCPTimeWait:        "Both FINs are acknowledged.",
	state.TCPReset:           "A RST has passed that was exact.",
	state.TCPUnverifiedReset: "A RST has passed that its receiver may not have believed.",
	state.TCPPickUp:          "Profile loose: begun in the middle, and only one end heard.",
	state.UDPSingle:          "Datagrams one way only.",
	state.UDPMultiple:        "Datagrams both ways.",
	state.UDPAnswered:        "DNS, and every question is answered.",
	state.SCTPOpening:        "Until the handshake is complete.",
	state.SCTPEstablished:    "An association.",
	state.SCTPClosing:        "One end has shut down.",
	state.SCTPClosed:         "Both ends have shut down, or one has aborted.",
	state.ICMPQuery:          "A query such as ping, answered or not.",
	state.GenericSingle:      "Another protocol, one way only.",
	state.GenericMultiple:    "Another protocol, both ways.",
}
