package appliance

import (
	"time"

	"sallyport/appliance/plumbing"
	"sallyport/netstack"
	"sallyport/policy"
)

// holdTime is how long after a stop the box does not answer for the sessions
// that it has saved: longer than a start takes, shorter than a conversation has
// patience.
const holdTime = time.Minute

// hold keeps the box from refusing, once the doors are gone, what comes for
// translated sessions that the next start will carry on. It can do without.
func (a *Appliance) hold() {
	if err := plumbing.Hold(a.held(), holdTime); err != nil {
		a.log.Warn().Err(err).Msg("until the next start the box itself answers peers of translated sessions, and may end them")
	}
}

// held are the ports of own addresses that may be at work in translations: all
// but the box's own, on the sides that have any.
func (a *Appliance) held() (all []plumbing.Held) {
	reserved, err := reservedPorts(a.inForce.Load().spec)
	if err != nil {
		return nil
	}
	links, sides := a.plumbing.Links(), translatingSides(a.settings().Policy.NAT)
	for side := range netstack.Side(netstack.Sides) {
		if !sides.Has(side) {
			continue
		}
		for _, own := range addresses(links[side].Addresses) {
			if own.IsGlobalUnicast() {
				all = append(all, plumbing.Held{Address: own, Ports: policy.FreePorts(reserved)})
			}
		}
	}
	return all
}

// translatingSides are those on which an own address stands for other hosts.
func translatingSides(nat []policy.NAT) (z policy.Zones) {
	for _, n := range nat {
		switch n.Type {
		case policy.DNAT:
			z |= n.From
		case policy.Static, policy.NPTv6:
			z |= n.To
		}
	}
	return z | masqueradedSides(nat)
}
