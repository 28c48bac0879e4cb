package integration

// appsByType has a translation of every type, told apart by whom the inside
// speaks to, or by what it is addressed as.
const appsByType = plainConfig + `
[[rule]]
name        = "in"
from        = "outside"
to          = "inside"
destination = ["10.1.0.10", "fd00:1::10"]
action      = "accept"

[[nat]]
name        = "untranslated"
type        = "none"
from        = "inside"
to          = "outside"
destination = ["192.0.2.20", "fd00:2::20"]

[[nat]]
name         = "spare"
type         = "snat"
from         = "inside"
to           = "outside"
destination  = ["192.0.2.21", "fd00:2::21"]
translate_to = ["192.0.2.50", "fd00:2::50"]

[[nat]]
name         = "routed"
type         = "snat"
from         = "inside"
to           = "outside"
destination  = ["192.0.2.22", "fd00:2::22"]
translate_to = ["203.0.113.16/28", "fd00:77::/120"]
mapping      = "address-and-port-dependent"
port_choice  = "random"

[[nat]]
name         = "one"
type         = "static"
from         = "inside"
to           = "outside"
source       = ["10.1.0.10"]
destination  = ["192.0.2.23", "192.0.2.10"]
translate_to = "192.0.2.60"

[[nat]]
name         = "prefix"
type         = "nptv6"
from         = "inside"
to           = "outside"
source       = ["fd00:1::/64"]
destination  = ["fd00:2::23", "fd00:2::10"]
translate_to = "fd00:99::/64"

[[nat]]
name         = "twice4"
type         = "dnat"
from         = "inside"
destination  = ["10.77.0.10"]
translate_to = "192.0.2.24"

[[nat]]
name         = "twice6"
type         = "dnat"
from         = "inside"
destination  = ["fd00:88::10"]
translate_to = "fd00:2::24"

[[nat]]
name         = "server4"
type         = "dnat"
from         = "outside"
destination  = ["192.0.2.70"]
translate_to = "10.1.0.10"

[[nat]]
name         = "server6"
type         = "dnat"
from         = "outside"
destination  = ["fd00:2::70"]
translate_to = "fd00:1::10"

[[nat]]
name = "internet"
type = "masquerade"
from = "inside"
to   = "outside"
`
