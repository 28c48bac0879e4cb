package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"sallyport/appliance/control"
	"sallyport/appliance/lab"
)

// contender forwards and masquerades between the Lab's two sides.
type contender interface {
	fmt.Stringer
	start(*lab.Lab) (stop func() error, err error)
}

// kernel is what Linux has for it: connection tracking, masquerading, and the
// policy that the firewall has without a file.
type kernel struct{}

const ruleset = `table inet bench {
	chain outward {
		type nat hook postrouting priority srcnat
		oifname "eth1" masquerade
	}
	chain between {
		type filter hook forward priority filter; policy drop
		ct state established,related accept
		iifname "eth0" oifname "eth1" accept
	}
}
`

func (kernel) String() string { return "kernel nftables" }

func (kernel) start(l *lab.Lab) (func() error, error) {
	if err := nft(l, ruleset); err != nil {
		return nil, err
	}
	stop := func() error {
		return errors.Join(nft(l, "delete table inet bench"), l.Firewall.Sysctl("ipv4/ip_forward", "0"))
	}
	return stop, l.Firewall.Sysctl("ipv4/ip_forward", "1")
}

func nft(l *lab.Lab, commands string) error {
	c := l.Firewall.Command("nft", "-f", "-")
	c.Stdin = strings.NewReader(commands)
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("nft: %w\n%s", err, out)
	}
	return nil
}

// firewall is the binary under test with one driver.
type firewall struct{ binary, driver, dir string }

func (f firewall) String() string { return "sallyport " + f.driver }

func (f firewall) start(l *lab.Lab) (func() error, error) {
	socket, log := filepath.Join(f.dir, "sock"), new(strings.Builder)
	c := l.Firewall.Command(f.binary, "run", "--inside", "eth0", "--outside", "eth1", "--driver", f.driver, "--socket", socket)
	c.Env = []string{"PATH=" + os.Getenv("PATH")} // no SSH session to ask about
	c.Stderr = log
	if err := c.Start(); err != nil {
		return nil, err
	}
	if err := ready(socket); err != nil {
		c.Kill()
		return nil, fmt.Errorf("%w\n%s", err, log)
	}
	return func() error { return errors.Join(c.Signal(syscall.SIGTERM), c.Wait()) }, nil
}

func ready(socket string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	for client := control.NewClient(socket); ; {
		if s, err := client.Status(ctx); err == nil && s.Ready {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.New("the firewall does not get ready")
		case <-time.After(20 * time.Millisecond):
		}
	}
}
