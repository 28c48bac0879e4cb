package policy

import (
	"errors"
	"fmt"

	"sallyport/netstack"
)

// source is what follows from a source translation, which an Exempt is not.
type source struct {
	number uint16 // in Translation.SrcRule
	exempt bool
	whole  *oneToOne // of a Static or an NPTv6
	egress egresses  // of a Masquerade or an SNAT
}

// addNAT files n in the lists that it is in.
func (d *draft) addNAT(n NAT, number uint16) error {
	c, err := d.clauses.compile(clause{n.From, n.To, n.Family, n.Source, n.Destination, n.Service})
	d.natNames = append(d.natNames, n.Name)
	if err != nil {
		return err
	}
	switch n.Type {
	case DNAT:
		return d.addDNAT(n, c, number)
	case Masquerade:
		d.addSource(c, source{number: number})
	case SNAT:
		return d.addSNAT(n, c, number)
	case Static, NPTv6:
		return d.addOneToOne(n, c, number)
	case Exempt:
		d.addTarget(row{c, n.Source, n.Destination}, target{number: number, exempt: true}, n.NoHairpin)
		d.addSource(c, source{number: number, exempt: true})
	default:
		return fmt.Errorf("type %d is unknown", n.Type)
	}
	return nil
}

func (d *draft) addSource(c condition, s source) {
	d.snat = append(d.snat, c)
	d.sources = append(d.sources, s)
}

// addSNAT narrows the condition to the IP versions that there are addresses of.
func (d *draft) addSNAT(n NAT, c condition, number uint16) error {
	if len(n.External) == 0 {
		return errors.New("it has no addresses to translate to")
	}
	version := scope(0)
	for _, r := range n.External {
		if _, err := rangesOf(Address{Range: r}, nil); err != nil {
			return err
		}
		version |= versionOf(r.First)
	}
	c.scope = c.scope&^family(AnyFamily) | c.scope&version
	d.addSource(c, source{number: number})
	return nil
}

// addOneToOne files both ways of a Static or an NPTv6.
func (d *draft) addOneToOne(n NAT, c condition, number uint16) error {
	m, err := newOneToOne(n)
	if err != nil {
		return err
	}
	if len(n.Service) > 0 {
		return errors.New("it is of whole addresses, and has services")
	}
	d.addInward(n, c, m, number)
	d.addSource(c, source{number: number, whole: m})
	return nil
}

// translateSource adds source translation i to d, for a packet q that leaves by
// the side out. What should be translated and cannot be does not leave.
func (rs *RuleSet) translateSource(i int, out netstack.Side, q *query, d *Decision) {
	if i == none || rs.sources[i].exempt {
		return
	}
	s, t, ok := &rs.sources[i], &d.Translation, false
	t.SrcRule = s.number
	if s.whole != nil {
		t.Src, ok = s.whole.outward(q.src)
	} else {
		t.Pool = s.egress.of(out, q)
		ok = t.Pool != nil
	}
	if !ok {
		t.Src = netstack.Addr{}
		d.Verdict, d.Reason = netstack.Drop, netstack.Untranslatable
	}
}
