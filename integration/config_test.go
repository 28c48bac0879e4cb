package integration

import "fmt"

// drivers are those that every packet path is shown on.
var drivers = []string{"vnet", "wireguard", "water"}

// openConfig lets everything out and masquerades it, lets web, iperf3 and echo
// in, forwards a port, and allows one service of the firewall's own.
const openConfig = `
[inside]
interface = "eth0"

[outside]
interface = "eth1"

[tun]
driver = %q

[services]
measured = ["tcp/80", "tcp/5201", "udp/5201", "icmp/echo-request", "icmpv6/echo-request"]

[[rule]]
name    = "refused"
from    = "inside"
to      = "outside"
service = ["tcp/81", "udp/81"]
action  = "reject"

[[rule]]
name    = "silent"
from    = "inside"
to      = "outside"
service = ["tcp/82"]
action  = "drop"

[[rule]]
name    = "out"
from    = "inside"
to      = "outside"
action  = "accept"

[[rule]]
name    = "in"
from    = "outside"
to      = "inside"
service = ["measured"]
action  = "accept"

[[rule]]
name    = "admin"
from    = "any"
to      = "self"
service = ["tcp/2222", "icmp/echo-request", "icmpv6/echo-request"]
action  = "accept"

[[nat]]
name = "internet"
type = "masquerade"
from = "inside"
to   = "outside"

[[nat]]
name         = "www4"
type         = "dnat"
from         = "outside"
destination  = ["self"]
service      = ["tcp/8080"]
family       = "ipv4"
translate_to = "10.1.0.10:80"

[[nat]]
name         = "www6"
type         = "dnat"
from         = "outside"
destination  = ["self"]
service      = ["tcp/8080"]
family       = "ipv6"
translate_to = "[fd00:1::10]:80"
`

func open(driver string) string { return fmt.Sprintf(openConfig, driver) }

// plainConfig lets everything out, and nothing else, and translates nothing.
const plainConfig = `
[inside]
interface = "eth0"
[outside]
interface = "eth1"
[[rule]]
name   = "out"
from   = "inside"
to     = "outside"
action = "accept"
`
