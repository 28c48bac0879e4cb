package appliance

import (
	"os"
	"time"

	"sallyport/appliance/control"
	"sallyport/appliance/forward"
	"sallyport/netstack"
)

// Appliance answers the control socket.
var _ control.Backend = (*Appliance)(nil)

// Status implements control.Backend.
func (a *Appliance) Status() control.Status {
	t, stats, c := a.tally(), a.table.Stats(), a.inForce.Load()
	s := control.Status{
		Version: a.version, PID: os.Getpid(), Started: a.started.UTC(),
		Uptime:   int64(time.Since(a.started).Seconds()),
		Ready:    a.ready.Load(),
		Sessions: control.SessionStatus{Now: stats.Sessions, Max: stats.MaxSessions},
		Snapshot: a.snapshot.get(),
		Policy:   c.status(),
	}
	s.Policy.Rematch, s.Policy.Pending, s.Policy.Recovered = a.rematchStatus(), a.pendingStatus(), a.committing.note
	for side := range netstack.Side(netstack.Sides) {
		d := a.sideStatus(side, &t)
		s.Drops += d.Drops
		s.Sides = append(s.Sides, d)
	}
	return s
}

func (a *Appliance) sideStatus(side netstack.Side, t *forward.Tally) control.SideStatus {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := control.SideStatus{
		Side: side.String(), PacketsPassed: t.Passed[side], BytesPassed: t.Bytes[side], Drops: t.Drops(side),
		Guard: a.guardStatus(side),
	}
	if d := a.devices[side]; d != nil {
		s.Device, s.Driver, s.DriverWhy, s.MTU = d.Name(), string(d.Driver()), d.Why(), a.mtu(side)
	}
	box := a.inForce.Load().box.Sides[side]
	s.Interface, s.Addresses, s.Networks = a.plumbing.Links()[side].Name, box.Own, box.Networks
	if box.IPv4 {
		s.Families = append(s.Families, "ipv4")
	}
	if box.IPv6 {
		s.Families = append(s.Families, "ipv6")
	}
	return s
}

// Stats implements control.Backend.
func (a *Appliance) Stats() []control.Stat {
	t := a.tally()
	out := []control.Stat{{Reason: "passed", Inside: t.Passed[netstack.Inside], Outside: t.Passed[netstack.Outside]}}
	for r := netstack.ReasonNone + 1; r < netstack.Reasons; r++ {
		out = append(out, control.Stat{
			Reason: r.String(), Inside: t.Refused[netstack.Inside][r], Outside: t.Refused[netstack.Outside][r],
		})
	}
	return out
}

// Asymmetric implements control.Backend.
func (a *Appliance) Asymmetric() (out []control.Asymmetric) {
	for _, p := range a.engine.Asymmetries() {
		out = append(out, control.Asymmetric{
			In: p.In.String(), Src: p.Src.Netip(), Dst: p.Dst.Netip(), Packets: p.Packets, Last: a.wall(p.Last),
		})
	}
	return out
}

// tally adds up what the workers have counted.
func (a *Appliance) tally() (sum forward.Tally) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, w := range a.workers {
		t := w.Tally()
		sum.Add(&t)
	}
	a.addLost(&sum)
	return sum
}

// addLost adds what no worker counts: fragments that were held and then given
// up, and packets that found the queue to the workers full.
func (a *Appliance) addLost(t *forward.Tally) {
	for side := range netstack.Side(netstack.Sides) {
		if d := a.devices[side]; d != nil {
			t.Refused[side][netstack.QueueFull] += d.Lost()
		}
		for r, n := range a.engine.Fragments.Stats(side).Lost {
			t.Refused[side][r] += n
		}
	}
}

// Kill implements control.Backend.
func (a *Appliance) Kill(id uint64) bool { return a.table.Kill(id) }
