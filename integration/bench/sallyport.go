package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"sallyport/appliance/control"
	"sallyport/appliance/lab"
	"sallyport/integration/bench/traffic"
)

// sallyport is the binary under test with one driver, and further lines of the
// section [tun].
func sallyport(binary, driver, dir string, tun ...string) contender {
	name := strings.Join(append([]string{"sallyport " + driver}, tun...), ", ")
	tun = append(tun, fmt.Sprintf("driver = %q", driver))
	return contender{name: name, brief: len(tun) > 1, start: func(l *lab.Lab, s setup) (*running, error) {
		config := filepath.Join(dir, "sallyport.toml")
		if err := os.WriteFile(config, []byte(configuration(tun, dir, s)), 0o600); err != nil {
			return nil, err
		}
		return startSallyport(l, binary, config, filepath.Join(dir, "sock"))
	}}
}

func startSallyport(l *lab.Lab, binary, config, socket string) (*running, error) {
	log := new(strings.Builder)
	c := l.Firewall.Command(binary, "run", "--config", config, "--socket", socket)
	c.Env = []string{"PATH=" + os.Getenv("PATH")} // no SSH session to ask about
	c.Stderr = log
	if err := c.Start(); err != nil {
		return nil, err
	}
	client := control.NewClient(socket)
	if err := ready(client); err != nil {
		c.Kill()
		return nil, fmt.Errorf("%w\n%s", err, log)
	}
	return &running{
		client: l.Inside,
		stop:   func() error { return stop(c) },
		sessions: func() (int, error) {
			s, err := client.Status(context.Background())
			return s.Sessions.Now, err
		},
		memory: func() (int64, error) { return resident(c.Process.Pid) },
	}, nil
}

// configuration is the policy that the firewall has without a file, and what the
// part wants.
func configuration(tun []string, dir string, s setup) string {
	b := new(strings.Builder)
	fmt.Fprintf(b, "[inside]\ninterface = \"eth0\"\n[outside]\ninterface = \"eth1\"\n[tun]\n%s\n", strings.Join(tun, "\n"))
	if s.logged {
		fmt.Fprintf(b, "[log]\nformat = \"json\"\nfile = %q\n", filepath.Join(dir, "log"))
	}
	if s.sessions > 0 {
		fmt.Fprintf(b, "[state]\nmax_sessions = %d\n", s.sessions)
	}
	for i := range s.rules {
		fmt.Fprintf(b, "[[rule]]\nname = \"r%d\"\nfrom = \"inside\"\nto = \"outside\"\ndestination = [\"203.0.113.%d\"]\nservice = [\"udp/%d\"]\naction = \"drop\"\n",
			i, i%200+20, 1000+i)
	}
	fmt.Fprintf(b, "[[rule]]\nname = \"out\"\nfrom = \"inside\"\nto = \"outside\"\naction = \"accept\"\nlog = %t\n", s.logged)
	fmt.Fprint(b, "[[nat]]\nname = \"internet\"\ntype = \"masquerade\"\nfrom = \"inside\"\nto = \"outside\"\n")
	if s.published {
		publish(b, traffic.FirstPort, traffic.FirstPort+1)
	}
	return b.String()
}

func publish(b *strings.Builder, ports ...int) {
	for _, p := range ports {
		fmt.Fprintf(b, "[[rule]]\nname = \"in%d\"\nfrom = \"outside\"\nto = \"inside\"\ndestination = [\"10.1.0.10\"]\nservice = [\"tcp/%d\"]\naction = \"accept\"\n", p, p)
		fmt.Fprintf(b, "[[nat]]\nname = \"to%d\"\ntype = \"dnat\"\nfrom = \"outside\"\ndestination = [\"self\"]\nservice = [\"tcp/%d\"]\ntranslate_to = \"10.1.0.10:%d\"\n", p, p, p)
	}
}

func ready(client *control.Client) error {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	for {
		if s, err := client.Status(ctx); err == nil && s.Ready {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.New("the firewall does not get ready")
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// stop ends the firewall as an init system does, and kills what does not end.
func stop(c *lab.Cmd) error {
	defer time.AfterFunc(10*time.Second, c.Kill).Stop()
	return errors.Join(c.Signal(syscall.SIGTERM), c.Wait())
}

// resident is the memory that a process has.
func resident(pid int) (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0, err
	}
	pages, err := strconv.ParseInt(strings.Fields(string(text))[1], 10, 64)
	return pages * int64(os.Getpagesize()), err
}
