package traffic

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"sallyport/appliance/lab"
)

// CountIPv4 returns how many IPv4 packets a host has received since it was made:
// no neighbour's question is among them.
func CountIPv4(h *lab.Host) (n float64, err error) {
	err = h.Do(func() error {
		n, err = total("/proc/thread-self/net/snmp", snmp, "Ip", "InReceives")
		return err
	})
	return n, err
}

// Delivered is how many datagrams have come to a host's UDP, and how many of them
// its programs have read: for the others there was no room, or nobody any more.
type Delivered struct{ Came, Read float64 }

// CountUDP counts since the host was made. A super-packet has been cut into its
// datagrams where this is counted.
func CountUDP(h *lab.Host) (d Delivered, err error) {
	err = h.Do(func() error {
		v4, err := datagrams("/proc/thread-self/net/snmp", snmp, "Udp")
		if err != nil {
			return err
		}
		v6, err := datagrams("/proc/thread-self/net/snmp6", snmp6, "Udp6")
		d = Delivered{v4.Came + v6.Came, v4.Read + v6.Read}
		return err
	})
	return d, err
}

func datagrams(path string, find func(text, group, name string) (float64, bool), group string) (d Delivered, err error) {
	if d.Read, err = total(path, find, group, "InDatagrams"); err != nil {
		return d, err
	}
	unread, err := total(path, find, group, "InErrors", "NoPorts")
	d.Came = d.Read + unread
	return d, err
}

// Since is what has come and was read after before.
func (d Delivered) Since(before Delivered) Delivered {
	return Delivered{d.Came - before.Came, d.Read - before.Read}
}

// total is the sum of a group's counters in a file, all of which it must have.
func total(path string, find func(text, group, name string) (float64, bool), group string, names ...string) (sum float64, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	for _, name := range names {
		n, ok := find(string(text), group, name)
		if !ok {
			return 0, fmt.Errorf("%s does not count %s %s", path, group, name)
		}
		sum += n
	}
	return sum, nil
}

// snmp finds a counter where each group has a line of names and then one of
// values, both of which begin with the group's own.
func snmp(text, group, name string) (float64, bool) {
	var names []string
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		if len(f) == 0 || f[0] != group+":" {
			continue
		}
		if at := slices.Index(names, name); at > 0 && at < len(f) {
			n, err := strconv.ParseFloat(f[at], 64)
			return n, err == nil
		}
		names = f
	}
	return 0, false
}

// snmp6 finds a counter where each has a line.
func snmp6(text, group, name string) (float64, bool) {
	for line := range strings.Lines(text) {
		if f := strings.Fields(line); len(f) == 2 && f[0] == group+name {
			n, err := strconv.ParseFloat(f[1], 64)
			return n, err == nil
		}
	}
	return 0, false
}
