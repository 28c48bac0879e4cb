package traffic

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"sallyport/appliance/lab"
)

// ServeIperf starts an iperf3 server, which ends with the Lab, and waits until it
// listens. One that gives up is followed by another.
func ServeIperf(h *lab.Host) error {
	r, w := io.Pipe()
	c := h.Command("sh", "-c", "while :; do iperf3 -s --forceflush; sleep 0.05; done")
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

// Report is what is read of iperf3's.
type Report struct {
	Error string
	End   struct {
		Received struct {
			Bps float64 `json:"bits_per_second"`
		} `json:"sum_received"`
		Sent struct{ Seconds, Packets float64 } `json:"sum_sent"`
	}
}

// Gigabits is the goodput of streams.
func (r Report) Gigabits() float64 { return r.End.Received.Bps / 1e9 }

// Iperf runs a client for so many seconds. A server that has not yet noticed the
// end of the client before, or has just begun again, is asked again.
func Iperf(ctx context.Context, from *lab.Host, to netip.Addr, seconds int, more ...string) (r Report, err error) {
	args := append([]string{"-c", to.String(), "-J", "--connect-timeout", "3000", "-t", strconv.Itoa(seconds)}, more...)
	for range 20 {
		var out []byte
		out, err = Run(ctx, from.Command("iperf3", args...), time.Duration(seconds)*time.Second+patience)
		r = Report{}
		jsonErr := json.Unmarshal(out, &r)
		if jsonErr == nil && err == nil && r.Error == "" {
			return r, nil
		}
		err = fmt.Errorf("iperf3 %s: %w", strings.Join(more, " "), errors.Join(err, jsonErr, errors.New(r.Error)))
		if !strings.Contains(r.Error, "busy") && !strings.Contains(r.Error, "unable to connect") {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	return r, err
}

// Load keeps streams of so many bits a second going until stop is called, and
// fails then if they did not last.
func Load(from *lab.Host, to netip.Addr, rate string) (stop func() error, err error) {
	c := from.Command("iperf3", "-c", to.String(), "-t", "60", "-b", rate)
	if err := c.Start(); err != nil {
		return nil, err
	}
	time.Sleep(200 * time.Millisecond) // its handshake and slow start are not the load
	return func() error {
		ended := make(chan struct{})
		go func() { _ = c.Wait(); close(ended) }()
		select {
		case <-ended:
			return errors.New("the load ended too early")
		default:
			c.Kill()
			return nil
		}
	}, nil
}
