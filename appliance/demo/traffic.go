package demo

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"

	"sallyport/appliance/lab"
)

// patience is how long a client waits for an answer that should come.
const patience = 5 * time.Second

// dial connects to a literal address from inside the host.
func dial(h *lab.Host, addr string, limit time.Duration) (conn net.Conn, err error) {
	err = h.Do(func() error {
		conn, err = net.DialTimeout("tcp", addr, limit)
		return err
	})
	return conn, err
}

// get fetches the outside server's page from inside.
func (d *demo) get(ctx context.Context, limit time.Duration) (string, error) {
	conn, err := dial(d.lab.Inside, d.server.web, limit)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(limit)); err != nil {
		return "", err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+d.server.web+"/", nil)
	if err != nil {
		return "", err
	}
	r.Close = true
	if err := r.Write(conn); err != nil {
		return "", err
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), r)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return string(body), err
}

func (d *demo) fetch(ctx context.Context) error {
	d.say("Inside asks outside for a web page:")
	began := time.Now()
	body, err := d.get(ctx, patience)
	if err != nil {
		return fmt.Errorf("GET through the firewall: %w", err)
	}
	d.tell("GET http://%s/ -> 200 in %v", d.server.web, time.Since(began).Round(10*time.Microsecond))
	d.tell("%s", body)
	return nil
}

func (d *demo) knock(context.Context) error {
	d.say("Somebody outside tries the web server that listens inside:")
	conn, err := dial(d.lab.Outside, d.server.hidden, time.Second)
	if err == nil {
		return errors.Join(errors.New("an unsolicited connection came through"), conn.Close())
	}
	d.tell("connect to %s -> no answer (dropped: no rule lets it in, and nobody inside asked for it)", d.server.hidden)
	return nil
}

func (d *demo) ping(context.Context) error {
	d.say("Inside pings outside:")
	for seq := range 3 {
		rtt, err := ping(d.lab.Inside, d.lab.Outside.IPv4().AsSlice(), seq+1)
		if err != nil {
			return fmt.Errorf("ping through the firewall: %w", err)
		}
		d.tell("reply from %v: icmp_seq=%d time=%v", d.lab.Outside.IPv4(), seq+1, rtt.Round(time.Microsecond))
	}
	return nil
}

// ping sends one echo request and waits for its reply.
func ping(from *lab.Host, to net.IP, seq int) (rtt time.Duration, err error) {
	var conn *icmp.PacketConn
	if err := from.Do(func() error { conn, err = icmp.ListenPacket("ip4:icmp", "0.0.0.0"); return err }); err != nil {
		return 0, err
	}
	defer conn.Close()
	id := os.Getpid() & 0xffff
	request := icmp.Message{Type: ipv4.ICMPTypeEcho, Body: &icmp.Echo{ID: id, Seq: seq, Data: make([]byte, 56)}}
	b, err := request.Marshal(nil)
	if err != nil {
		return 0, err
	}
	began := time.Now()
	if err := conn.SetDeadline(began.Add(patience)); err != nil {
		return 0, err
	}
	if _, err := conn.WriteTo(b, &net.IPAddr{IP: to}); err != nil {
		return 0, err
	}
	for buf := make([]byte, 1500); ; {
		n, _, err := conn.ReadFrom(buf)
		if err != nil {
			return 0, err
		}
		m, err := icmp.ParseMessage(1, buf[:n])
		if e, ok := m.Body.(*icmp.Echo); err == nil && ok && m.Type == ipv4.ICMPTypeEchoReply && e.ID == id && e.Seq == seq {
			return time.Since(began), nil
		}
	}
}

// bulk moves data for a while, out and back in, and leaves the session open so
// that the table shows it.
func (d *demo) bulk(context.Context) error {
	d.say("A bulk transfer, %v each way:", d.Bulk)
	for _, way := range []struct {
		name string
		move func(net.Conn, time.Duration) (int64, error)
		ask  byte
	}{{"inside -> outside", pour, askDrain}, {"outside -> inside", drain, askPour}} {
		conn, err := dial(d.lab.Inside, d.server.sink, patience)
		if err != nil {
			return fmt.Errorf("bulk transfer: %w", err)
		}
		d.server.keep(conn)
		if _, err := conn.Write([]byte{way.ask}); err != nil {
			return err
		}
		began := time.Now()
		n, err := way.move(conn, d.Bulk)
		if err != nil {
			return fmt.Errorf("bulk transfer %s: %w", way.name, err)
		}
		took := time.Since(began)
		d.tell("%s: %d MB in %.1f s = %.1f Gbit/s", way.name, n/1e6, took.Seconds(), float64(n)*8/1e9/took.Seconds())
	}
	return nil
}
