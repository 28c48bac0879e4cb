package demo

import (
	"context"
	"fmt"
	"net"
	"os"
	"time"

	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"

	"sallyport/appliance/lab"
)

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
	echo := &icmp.Echo{ID: os.Getpid() & 0xffff, Seq: seq, Data: make([]byte, 56)}
	request, err := (&icmp.Message{Type: ipv4.ICMPTypeEcho, Body: echo}).Marshal(nil)
	if err != nil {
		return 0, err
	}
	began := time.Now()
	if err := conn.SetDeadline(began.Add(patience)); err != nil {
		return 0, err
	}
	if _, err := conn.WriteTo(request, &net.IPAddr{IP: to}); err != nil {
		return 0, err
	}
	err = awaitReply(conn, echo)
	return time.Since(began), err
}

// awaitReply reads until the reply to the request comes.
func awaitReply(conn *icmp.PacketConn, to *icmp.Echo) error {
	for buf := make([]byte, 1500); ; {
		n, _, err := conn.ReadFrom(buf)
		if err != nil || isReply(buf[:n], to.ID, to.Seq) {
			return err
		}
	}
}

func isReply(b []byte, id, seq int) bool {
	m, err := icmp.ParseMessage(ipv4.ICMPTypeEchoReply.Protocol(), b)
	if err != nil {
		return false
	}
	e, ok := m.Body.(*icmp.Echo)
	return ok && m.Type == ipv4.ICMPTypeEchoReply && e.ID == id && e.Seq == seq
}
