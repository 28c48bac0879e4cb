package doctor

import (
	"fmt"
	"net/netip"
	"slices"
)

// login is somebody's remote session on this machine.
type login struct {
	from, to netip.AddrPort
	carrier  string // the interface that it comes in through
}

// Lockout returns a line for each login session on this machine that arrives
// through one of the interfaces and that a firewall steering them would cut
// off. selfAllowed reports whether the policy lets new connections reach a TCP
// port of the box itself.
//
// A session is one that SSH_CONNECTION in the environment names, or an
// established TCP connection to port 22.
func Lockout(interfaces []string, selfAllowed func(port uint16) bool) []string {
	return cutOff(gatherLogins(), interfaces, selfAllowed)
}

func cutOff(logins []login, interfaces []string, selfAllowed func(uint16) bool) []string {
	var lines []string
	for _, l := range logins {
		if slices.Contains(interfaces, l.carrier) && !selfAllowed(l.to.Port()) {
			lines = append(lines, fmt.Sprintf("a login session from %v to %v comes in through %s", l.from, l.to, l.carrier))
		}
	}
	return lines
}
