package main

import (
	"bytes"
	"errors"
	"net"
	"os"
	"strconv"
	"time"

	"sallyport/appliance/lab"
)

// hping has hping3 send a TCP packet from the host inside, a real one, to a
// ghost. It stays a second after that, in case of an answer.
func (b *bench) hping(sport, dport int, flags ...string) func() error {
	args := append([]string{"-q", "-n", "-c", "1", "-s", strconv.Itoa(sport), "-p", strconv.Itoa(dport)}, flags...)
	return func() error {
		// Its exit code says whether an answer came, which is not the question.
		said, err := b.in.host.Command("hping3", append(args, serverGhost)...).CombinedOutput()
		if !bytes.Contains(said, []byte("1 packets transmitted")) {
			return toolFault("hping3", err, said)
		}
		return nil
	}
}

// nmap has nmap probe one port of a ghost from the host inside, once.
func (b *bench) nmap(sport, dport int, scan ...string) func() error {
	args := append([]string{"-n", "-Pn", "--max-retries", "0", "--initial-rtt-timeout", "100ms", "--max-rtt-timeout", "100ms",
		"-g", strconv.Itoa(sport), "-p", strconv.Itoa(dport)}, scan...)
	return func() error {
		said, err := b.in.host.Command("nmap", append(args, serverGhost)...).CombinedOutput()
		if err != nil || !bytes.Contains(said, []byte("1 IP address")) {
			return toolFault("nmap", err, said)
		}
		return nil
	}
}

// ping reports whether a real host outside answers one inside.
func (b *bench) ping() bool {
	return b.in.host.Command("ping", "-n", "-q", "-c", "1", "-W", "1", outsideReal).Run() == nil
}

// echo is a TCP server on a real host that sends back what it gets.
type echo struct{ net.Listener }

func newEcho(h *lab.Host) echo {
	var l net.Listener
	must(h.Do(func() (err error) {
		l, err = net.Listen("tcp4", ":0")
		return err
	}))
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				for buf := make([]byte, 64); ; {
					n, err := conn.Read(buf)
					if err != nil {
						return
					}
					if _, err := conn.Write(buf[:n]); err != nil {
						return
					}
				}
			}()
		}
	}()
	return echo{l}
}

func (e echo) port() int { return e.Addr().(*net.TCPAddr).Port }

// dial connects a real host to such a server at an address, in the time given.
// The connection ends with a RST, after which the kernel sends no more.
func (e echo) dial(from *lab.Host, addr string, limit time.Duration) (conn net.Conn, err error) {
	err = from.Do(func() error {
		conn, err = net.DialTimeout("tcp4", net.JoinHostPort(addr, strconv.Itoa(e.port())), limit)
		return err
	})
	if err != nil {
		return nil, err
	}
	return conn, conn.(*net.TCPConn).SetLinger(0)
}

// works reports whether the server answers on a connection, in the time given.
func works(conn net.Conn, limit time.Duration) bool {
	buf := make([]byte, 1)
	err := conn.SetDeadline(time.Now().Add(limit))
	_, err1 := conn.Write(buf)
	_, err2 := conn.Read(buf)
	return errors.Join(err, err1, err2) == nil
}

// refusedByCheck reports whether `sallyport check` finds a fault in the
// configuration of a setup.
func (b *bench) refusedByCheck(s setup) bool {
	path := b.fw.path("checked.toml")
	must(os.WriteFile(path, []byte(b.config(s)), 0o644))
	_, err := b.fw.ask("check", path)
	return err != nil
}
