package main

import (
	"fmt"
	"strings"
)

// blind is what users of FireWall-1 had to allow: whatever looks like a reply.
var blind = setup{rules: `
[[rule]]
name    = "blind"
from    = "outside"
service = ["icmp/echo-reply", "icmp/time-exceeded", "icmp/destination-unreachable"]
action  = "accept"
`}

var icmpRows = []experiment{{
	ids: "S18", name: "Echo request outwards",
	paper: "passes by its rule, never entered",
	do:    echoRequest,
	fw1:   "passes, no entry", strict: "passes, entry of 60 s",
}, {
	ids: "S18", name: "`ping`, with no rule for what comes back",
	paper: "the reply is dropped, it needs a rule",
	do:    pings,
	fw1:   "no reply", strict: "reply",
}, {
	ids: "S18", name: "`ping`, with a rule that lets replies in",
	paper: "users are forced to allow it blindly",
	setup: blind,
	do:    pings,
	fw1:   "reply", strict: "reply",
}, {
	ids: "S18", name: "Echo reply that nobody asked for, with a rule that lets replies in",
	paper: "passes",
	setup: blind,
	do:    strayReply,
	fw1:   "passes", strict: "dropped (no-session)",
}, {
	ids: "J6", name: "ICMP error about a packet that nobody sent, with a rule that lets errors in",
	paper: "not in the paper; ICMP is not tracked: passes",
	setup: blind,
	do:    strayError,
	fw1:   "passes", strict: "dropped (icmp-unrelated)",
}, {
	ids: "J6", name: "`traceroute`, with no rule for what comes back",
	paper: "not in the paper; ICMP is not tracked: dropped",
	do:    traceroute,
	fw1:   "1 of 3 hops answer", strict: "3 of 3 hops answer",
}, {
	ids: "J6", name: "Port unreachable about a datagram of a session; about it, but from ports it has not",
	paper: "not in the paper; ICMP is not tracked: dropped",
	do:    unreachable,
	fw1:   "dropped (policy); dropped (policy)", strict: "passes; dropped (icmp-unrelated)",
}}

func echoRequest(b *bench) string {
	id := b.port()
	t := b.send(b.in, fmt.Sprintf("IP(src=%q,dst=%q)/ICMP(type=8,id=%d)", clientGhost, serverGhost, id))
	return t.fate() + ", " + b.entryOf(id, 8)
}

func pings(b *bench) string {
	if b.ping() {
		return "reply"
	}
	return "no reply"
}

func strayReply(b *bench) string {
	return b.send(b.out, fmt.Sprintf("IP(src=%q,dst=%q)/ICMP(type=0,id=%d)", serverGhost, clientGhost, b.port())).fate()
}

func strayError(b *bench) string { return b.talk(5000).unreachable(0).fate() }

// unreachable is a port unreachable from the server about a datagram of the
// conversation's client, from that many ports beside its own.
func (c *conversation) unreachable(beside int) *trial {
	return c.send(c.out, fmt.Sprintf("IP(src=%q,dst=%q)/ICMP(type=3,code=3)/IP(src=%q,dst=%q)/UDP(sport=%d,dport=%d)/b'x'",
		c.server, c.client, c.client, c.server, c.cport+beside, c.sport))
}

func unreachable(b *bench) string {
	c := b.talk(5000)
	c.datagram(b.in, 0, something)
	return c.unreachable(0).fate() + "; " + c.unreachable(1000).fate()
}

// traceroute counts who answers: the firewall, the router behind it, the host.
func traceroute(b *bench) string {
	said, err := b.in.host.Command("traceroute", "-n", "-q", "1", "-w", "0.7", "-m", "3", outsideReal).CombinedOutput()
	if err != nil {
		must(toolFault("traceroute", err, said))
	}
	hops := 0
	for line := range strings.Lines(string(said)) {
		if strings.HasSuffix(strings.TrimSpace(line), " ms") {
			hops++
		}
	}
	return fmt.Sprintf("%d of 3 hops answer", hops)
}
