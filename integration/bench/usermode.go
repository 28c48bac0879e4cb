package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os/exec"
	"time"

	"sallyport/appliance/lab"
	"sallyport/integration/bench/traffic"
)

// The user-mode network stacks end each connection and each flow of datagrams
// and open one of their own in the firewall's namespace. They give a namespace a
// device, so their client is a guest of its own, in the inside host's place.
var (
	slirp = usermode("slirp4netns", "slirp4netns", func(guest string) []string {
		return []string{"-c", "-6", "--mtu=65520", "--netns-type=path", guest, "eth0"}
	})
	pasta = usermode("passt (pasta)", "pasta", func(guest string) []string {
		return []string{"-f", "--runas", "0:0", "--config-net", "--netns-only", "--no-map-gw", "-I", "eth0", "-m", "65520",
			"-t", "none", "-u", "none", "-T", "none", "-U", "none", "--netns", guest}
	})
)

func usermode(name, program string, args func(guest string) []string) contender {
	return contender{name: name, brief: true, start: func(l *lab.Lab, s setup) (*running, error) {
		if s != (setup{}) {
			return nil, errors.New("it has no rules")
		}
		if _, err := exec.LookPath(program); err != nil {
			return nil, fmt.Errorf("not installed: %w", err)
		}
		guest, err := l.NewHost("guest")
		if err != nil {
			return nil, err
		}
		// What they copy the guest's settings from.
		if err := l.Firewall.AddRoute(netip.MustParsePrefix("0.0.0.0/0"), l.Outside.IPv4().Next()); err != nil {
			return nil, err
		}
		c := l.Firewall.Command(program, args(guest.Path())...)
		if err := c.Start(); err != nil {
			return nil, err
		}
		return &running{client: guest, stop: func() error { c.Kill(); return nil }}, connected(guest, l.Outside.IPv4())
	}}
}

// connected waits until a host reaches another.
func connected(from *lab.Host, to netip.Addr) error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	for {
		err := from.Do(func() error {
			c, err := net.DialTimeout("tcp", netip.AddrPortFrom(to, traffic.FirstPort).String(), time.Second)
			if err != nil {
				return err
			}
			return c.Close()
		})
		if err == nil || ctx.Err() != nil {
			return err
		}
		time.Sleep(20 * time.Millisecond)
	}
}
