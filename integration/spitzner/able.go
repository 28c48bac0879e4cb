package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
)

// able returns an error where the experiments cannot be done: what is missing,
// and what to do about it.
func able() error {
	if os.Geteuid() != 0 {
		return errors.New("not root: network namespaces and TUN devices cannot be made")
	}
	if _, err := os.Stat("/dev/net/tun"); err != nil {
		return fmt.Errorf("no TUN devices: %w", err)
	}
	for _, tool := range []string{"hping3", "nmap", "ping", "traceroute", python} {
		if _, err := exec.LookPath(tool); err != nil {
			return fmt.Errorf("%s is not installed: run integration/setup.sh", tool)
		}
	}
	if exec.Command(python, "-c", "import scapy").Run() != nil {
		return errors.New("scapy is not installed: run integration/setup.sh")
	}
	return nil
}
