package main

import (
	"fmt"
	"strings"
)

// setup is what the firewall of an experiment has beside the usual.
type setup struct {
	state string // lines of [state]; DIR is a directory of its own
	rules string // before those that let everything out
}

// ruleBase lets everything out and nothing in; the marker and the barrier are the
// bench's own. It leaves room for the profile and for what an experiment adds.
const ruleBase = `[inside]
interface = "eth0"
networks  = ["10.1.0.0/16"]
[outside]
interface = "eth1"
[tun]
queues = 1                           # so that what is sent after a packet is decided after it
[log]
format           = "json"
drops_per_second = 1000
[state]
profile = %q
%s
[[rule]]
name    = "marker"
service = ["udp/9"]
action  = "accept"
[[rule]]
name    = "barrier"
service = ["udp/7"]
action  = "drop"
log     = true
[[rule]]
name    = "no-finger"
service = ["tcp/79"]
action  = "drop"
log     = true
[[rule]]
name    = "no-ident"
service = ["tcp/113"]
action  = "reject"
%s
[[rule]]
name    = "any-any-accept"
from    = "inside"
to      = "outside"
action  = "accept"
`

// config is what a firewall runs on: its profile, what the experiment adds, and
// the rule base.
func (b *bench) config(s setup) string {
	return fmt.Sprintf(ruleBase, b.profile, strings.ReplaceAll(s.state, "DIR", b.dir), s.rules)
}
