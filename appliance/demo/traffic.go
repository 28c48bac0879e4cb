package demo

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

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
