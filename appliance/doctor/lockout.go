package doctor

import (
	"fmt"
	"net/netip"
	"slices"
)

// Login is somebody's remote session on this machine.
type Login struct {
	From, To  netip.AddrPort
	Interface string // that it comes in through
}

// Lockout returns a line for each login session on this machine that arrives
// through one of the interfaces and that a firewall steering them would cut
// off. admits reports whether the policy lets the session in as a
// connection to the box itself.
//
// A session is one that SSH_CONNECTION in the environment names, or an
// established TCP connection to port 22.
func Lockout(interfaces []string, admits func(Login) bool) []string {
	return cutOff(gatherLogins(), interfaces, admits)
}

func cutOff(logins []Login, interfaces []string, admits func(Login) bool) []string {
	var lines []string
	for _, l := range logins {
		if slices.Contains(interfaces, l.Interface) && !admits(l) {
			lines = append(lines, fmt.Sprintf("a login session from %v to %v comes in through %s", l.From, l.To, l.Interface))
		}
	}
	return lines
}
