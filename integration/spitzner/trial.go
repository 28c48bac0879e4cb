package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// trial is what became of some packets: what arrived on the far side, what came
// back, and what the firewall counted and logged meanwhile.
type trial struct {
	arrived, back []packet
	refused       map[string]uint64
	logged        []line
}

// try has something sent by one side, and returns once the firewall has decided
// about all of it and said so.
func (b *bench) try(from *station, send func() error) *trial {
	to := b.other(from)
	before := b.fw.refused()
	far, near, log := to.sniffer.mark(), from.sniffer.mark(), b.fw.log.mark()
	must(send())
	b.settle(from, log)
	return &trial{
		arrived: slices.DeleteFunc(to.sniffer.since(far), isMarker),
		back:    slices.DeleteFunc(from.sniffer.since(near), isMarker),
		refused: refusedSince(before, b.fw.refused()),
		logged:  slices.DeleteFunc(b.fw.log.since(log), isOwn),
	}
}

// refusedSince returns the counts that have grown, the barrier left out.
func refusedSince(before, after map[string]uint64) map[string]uint64 {
	after["policy"]--
	for reason, n := range before {
		after[reason] -= n
	}
	maps.DeleteFunc(after, func(_ string, n uint64) bool { return n == 0 })
	return after
}

// isOwn reports whether a line is about no packet of the experiment: about none
// at all, a marker or a barrier.
func isOwn(l line) bool {
	return l.Flow == "" || strings.Contains(l.Flow, markerIn) || strings.Contains(l.Flow, markerOut)
}

func isMarker(p packet) bool { return p.proto == udp && p.dport == markerPort }

// settle returns when all that a side has sent so far is decided, counted and
// logged. A datagram that passes comes after it on the same way; when it has
// arrived, another that is refused and logged comes into a later batch, and so
// do its count and its line.
func (b *bench) settle(from *station, log int) {
	to := b.other(from)
	b.ids++
	id, mark := b.ids, to.sniffer.mark()
	must(from.crafter.send(fmt.Sprintf("IP(src=%q,dst=%q,id=%d)/UDP(sport=%d,dport=%d)", from.ghost, to.ghost, id, markerPort, markerPort)))
	if !to.sniffer.await(mark, func(p packet) bool { return isMarker(p) && p.id == id }) {
		must(fmt.Errorf("a permitted datagram does not arrive\n%s", b.fw.log))
	}
	must(from.crafter.send(fmt.Sprintf("IP(src=%q,dst=%q)/UDP(sport=%d,dport=%d)", from.ghost, to.ghost, id, barrierPort)))
	flow := fmt.Sprintf("udp %s:%d -> %s:%d", from.ghost, id, to.ghost, barrierPort)
	eventually("a refused datagram is logged", func() bool {
		return slices.ContainsFunc(b.fw.log.since(log), func(l line) bool { return l.Flow == flow })
	})
}

// fate says what became of the packets.
func (t *trial) fate() string {
	switch {
	case len(t.arrived) > 0 && len(t.refused) > 0:
		return fmt.Sprintf("%d pass, others dropped (%s)", len(t.arrived), t.reasons())
	case len(t.arrived) > 0:
		return "passes"
	case len(t.refused) > 0:
		return "dropped (" + t.reasons() + ")"
	}
	return "vanishes"
}

func (t *trial) reasons() string {
	return strings.Join(slices.Sorted(maps.Keys(t.refused)), ", ")
}

// fateAndLog says whether it was logged as well.
func (t *trial) fateAndLog() string {
	if len(t.logged) > 0 {
		return t.fate() + ", logged"
	}
	return t.fate() + ", not logged"
}

// sizes says what became of a datagram, and in which pieces it arrived.
func (t *trial) sizes() string {
	if len(t.arrived) == 0 {
		return t.fate()
	}
	var sizes []string
	for _, p := range t.arrived {
		sizes = append(sizes, strconv.Itoa(p.size))
	}
	return "passes as " + strings.Join(sizes, "+")
}
