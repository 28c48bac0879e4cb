package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"sallyport/appliance/lab"
	"sallyport/integration/bench/result"
	"sallyport/integration/bench/traffic"
)

// forwarding is the kernel's alone: no rule, no state, no translation. It is
// what there is to lose.
var forwarding = contender{name: "kernel forwarding", start: func(l *lab.Lab, s setup) (*running, error) {
	if s != (setup{}) {
		return nil, errors.New("forwarding has neither rules nor state")
	}
	return &running{client: l.Inside, stop: func() error { return nil }}, l.Firewall.Forward()
}}

// nftables is what Linux has for it: connection tracking, masquerading, and the
// policy that the firewall has without a file.
var nftables = contender{name: result.Baseline, start: startNft}

// linear has a thousand rules, which nftables looks at one by one.
var linear = contender{name: result.Baseline + ", 1000 rules", brief: true, start: func(l *lab.Lab, s setup) (*running, error) {
	s.rules = 1000
	return startNft(l, s)
}}

func startNft(l *lab.Lab, s setup) (*running, error) {
	if limit := conntrackLimit(); s.sessions > limit {
		return nil, fmt.Errorf("this machine's kernel is set to %d sessions at most (nf_conntrack_max), which is not the benchmark's to change", limit)
	}
	if err := l.Firewall.Forward(); err != nil {
		return nil, err
	}
	c := l.Firewall.Command("nft", "-f", "-")
	c.Stdin = strings.NewReader(ruleset(s))
	if out, err := c.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("nft: %w: %s", err, out)
	}
	return &running{
		client:   l.Inside,
		stop:     func() error { return nil },
		sessions: func() (int, error) { return conntracks(l.Firewall) },
		memory:   unreclaimable,
	}, nil
}

func ruleset(s setup) string {
	b := new(strings.Builder)
	fmt.Fprintln(b, `table inet bench {
	chain outward {
		type nat hook postrouting priority srcnat
		iifname "eth0" oifname "eth1" masquerade
	}
	chain between {
		type filter hook forward priority filter; policy drop
		ct state established,related accept
		ct state invalid drop`)
	for i := range s.rules {
		fmt.Fprintf(b, "\t\tiifname \"eth0\" ip daddr 203.0.113.%d udp dport %d drop\n", i%200+20, 1000+i)
	}
	fmt.Fprintf(b, "\t\tiifname \"eth0\" oifname \"eth1\" %s accept\n", map[bool]string{true: "log"}[s.logged])
	if s.published {
		fmt.Fprint(b, "\t\tct status dnat accept\n\t}\n\tchain inward {\n\t\ttype nat hook prerouting priority dstnat\n")
		fmt.Fprintf(b, "\t\tiifname \"eth1\" tcp dport %d-%d dnat ip to 10.1.0.10\n", traffic.FirstPort, traffic.FirstPort+1)
	}
	fmt.Fprint(b, "\t}\n}\n")
	return b.String()
}

func conntracks(h *lab.Host) (n int, err error) {
	err = h.Do(func() error {
		n, err = readInt("/proc/sys/net/netfilter/nf_conntrack_count")
		return err
	})
	return n, err
}

// conntrackLimit holds for every namespace and can be set in the first alone.
func conntrackLimit() int {
	n, _ := readInt("/proc/sys/net/netfilter/nf_conntrack_max")
	return n
}

func readInt(path string) (int, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(string(text)))
}

// unreclaimable is the kernel's memory for objects such as sessions, everybody's.
func unreclaimable() (int64, error) {
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); f[0] == "SUnreclaim:" {
			kB, err := strconv.ParseInt(f[1], 10, 64)
			return kB << 10, err
		}
	}
	return 0, errors.New("no SUnreclaim in /proc/meminfo")
}
