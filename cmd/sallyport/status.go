package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sallyport/appliance/control"
)

func statusCommand(c *cli) *cobra.Command {
	return c.listing(&cobra.Command{
		Use:   "status",
		Short: "Show whether the firewall is at work, and between what",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			status, err := c.client().Status(cmd.Context())
			switch {
			case err != nil:
				return err
			case c.json:
				err = c.object(status)
			default:
				c.printStatus(&status)
			}
			if !status.Ready {
				return errSilent // said above
			}
			return err
		},
	})
}

func (c *cli) printStatus(s *control.Status) {
	ready := c.paint(green, "ready")
	if !s.Ready {
		ready = c.paint(red, "not ready: nothing passes")
	}
	c.printf("sallyport %s, pid %d, up %s, %s\n", s.Version, s.PID, span(time.Duration(s.Uptime)*time.Second), ready)
	c.printf("policy    %s\n", policyLine(&s.Policy))
	if p := s.Policy.Pending; p != nil {
		c.printf("commit    %s\n", c.paint(yellow, fmt.Sprintf("number %d of %s is taken back in %s unless \"sallyport confirm\" comes", p.Number, p.User, span(time.Duration(p.Left)*time.Second))))
	}
	if s.Policy.Recovered != "" {
		c.printf("commit    %s\n", c.paint(yellow, s.Policy.Recovered))
	}
	c.printf("sessions  %s of at most %s\n", count(s.Sessions.Now), count(s.Sessions.Max))
	c.printf("snapshot  %s\n", c.snapshotLine(&s.Snapshot))
	c.printf("dropped   %s\n\n", plural(s.Drops, "packet"))
	c.printSides(s.Sides)
}

func policyLine(p *control.PolicyStatus) string {
	line := fmt.Sprintf("%s, generation %d", plural(p.Rules, "rule"), p.Generation)
	if p.File != "" {
		line = p.File + ", " + line
	}
	return line
}

// snapshotLine says whether a restart would keep the sessions, and what the last
// has kept.
func (c *cli) snapshotLine(s *control.SnapshotStatus) string {
	if s.File == "" {
		return "none: a restart forgets the sessions"
	}
	line := s.File + ", not yet written"
	if !s.Written.IsZero() {
		line = fmt.Sprintf("%s, %s %s ago", s.File, plural(s.Sessions, "session"), span(c.now().Sub(s.Written)))
	}
	if s.Restored+s.LeftOut > 0 {
		line += fmt.Sprintf("; at the start %s restored, %s left out", count(s.Restored), count(s.LeftOut))
	}
	if s.Refused != "" {
		line += "; the one at the start was refused: " + c.paint(yellow, s.Refused)
	}
	if s.Error != "" {
		line += "; " + c.paint(red, s.Error)
	}
	return line
}

func (c *cli) printSides(sides []control.SideStatus) {
	t := c.table(column{title: "SIDE"}, column{title: "INTERFACE"}, column{title: "DEVICE", spare: 2}, column{title: "DRIVER"},
		column{title: "MTU", right: true, spare: 1}, column{title: "ADDRESSES"}, column{title: "NETWORKS", spare: 3},
		column{title: "PACKETS", right: true}, column{title: "BYTES", right: true}, column{title: "DROPPED", right: true})
	for _, s := range sides {
		t.add(s.Side, orElse(s.Interface, "-"), s.Device, s.Driver, fmt.Sprint(s.MTU), joined(s.Addresses, "-"),
			joined(s.Networks, "everything else"), count(s.PacketsPassed), size(s.BytesPassed), count(s.Drops))
	}
	t.flush()
	c.printf("\n")
	for _, s := range sides {
		c.printGuard(&s)
	}
	for _, s := range sides {
		c.printf("%s forwards %s\n", s.Side, orElse(strings.Join(s.Families, " and "), "nothing"))
		if s.DriverWhy != "" {
			c.printf("%s has driver %s because a faster one does not work: %s\n", s.Side, s.Driver, s.DriverWhy)
		}
	}
}

// printGuard says of a flood of SYNs that lasts what is done against it.
func (c *cli) printGuard(s *control.SideStatus) {
	if !s.Guard.On {
		return
	}
	c.printf("%s\n", c.paint(yellow, fmt.Sprintf("%s has been flooded with SYNs for %s: %s sessions are half open, %s SYNs were refused",
		s.Side, span(c.now().Sub(s.Guard.Since)), count(s.Guard.HalfOpen), count(s.Guard.Refused))))
}

func orElse(s, instead string) string {
	if s == "" {
		return instead
	}
	return s
}

func joined[T interface{ String() string }](of []T, none string) string {
	words := make([]string, len(of))
	for i := range of {
		words[i] = of[i].String()
	}
	return orElse(strings.Join(words, ","), none)
}
