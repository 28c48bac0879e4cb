package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strconv"
	"strings"

	"sallyport/appliance/lab"
)

// measurement is one column of the table.
type measurement struct {
	name, unit string
	args       []string // of iperf3
	value      func(report) float64
}

// datagram is the payload of the small UDP measurement, in bytes.
const datagram = "64"

var measurements = [...]measurement{
	{"TCP, 1 stream", "Gbit/s", []string{"-P", "1"}, gigabits},
	{"TCP, 4 streams", "Gbit/s", []string{"-P", "4"}, gigabits},
	{"TCP, 8 streams", "Gbit/s", []string{"-P", "8"}, gigabits},
	{"small UDP", "kpps", []string{"-u", "-b", "0", "-l", datagram}, kilopackets},
}

// report is what is read of iperf3's.
type report struct {
	Error string
	End   struct {
		SumReceived struct {
			Bps float64 `json:"bits_per_second"`
		} `json:"sum_received"`
		Sum struct {
			Seconds, Packets float64
			Lost             float64 `json:"lost_packets"`
		}
	}
}

func gigabits(r report) float64 { return r.End.SumReceived.Bps / 1e9 }

// kilopackets are delivered ones.
func kilopackets(r report) float64 {
	return (r.End.Sum.Packets - r.End.Sum.Lost) / r.End.Sum.Seconds / 1e3
}

func (m measurement) take(from *lab.Host, to netip.Addr, seconds int) (float64, error) {
	args := append([]string{"-c", to.String(), "-J", "-t", strconv.Itoa(seconds)}, m.args...)
	out, err := from.Command("iperf3", args...).Output()
	var r report
	if jsonErr := json.Unmarshal(out, &r); jsonErr != nil || err != nil || r.Error != "" {
		return 0, fmt.Errorf("iperf3: %w: %s", errors.Join(err, jsonErr), r.Error)
	}
	return m.value(r), nil
}

// serve starts an iperf3 server, which ends with the Lab, and waits until it
// listens.
func serve(h *lab.Host) error {
	r, w := io.Pipe()
	c := h.Command("iperf3", "-s", "--forceflush")
	c.Stdout, c.Stderr = w, w
	if err := c.Start(); err != nil {
		return err
	}
	go func() { _ = w.CloseWithError(errors.Join(c.Wait(), errors.New("iperf3 -s ended"))) }()
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return err
		}
		if strings.Contains(line, "listening") {
			go func() { _, _ = io.Copy(io.Discard, lines) }()
			return nil
		}
	}
}
