package demo

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"sallyport/appliance/lab"
)

// server is everything that listens in the demo: a web server and a sink for
// bulk data outside, and a web server inside that nobody outside should reach.
type server struct {
	web, sink, hidden string // address:port

	mu      sync.Mutex
	closers []io.Closer
}

func serve(outside, inside *lab.Host) (*server, error) {
	s := &server{}
	web, err1 := s.listen(outside, 80, &s.web)
	sink, err2 := s.listen(outside, 5001, &s.sink)
	hidden, err3 := s.listen(inside, 80, &s.hidden)
	if err := errors.Join(err1, err2, err3); err != nil {
		s.close()
		return nil, err
	}
	page := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, _ := net.SplitHostPort(r.RemoteAddr)
		fmt.Fprintf(w, "the server saw the request come from %s", host)
	})
	go http.Serve(web, page)
	go http.Serve(hidden, page)
	go s.accept(sink)
	return s, nil
}

// listen opens a TCP port in the host and notes its address.
func (s *server) listen(h *lab.Host, port int, addr *string) (l net.Listener, err error) {
	*addr = fmt.Sprintf("%v:%d", h.IPv4(), port)
	err = h.Do(func() error {
		l, err = net.Listen("tcp", *addr)
		return err
	})
	if err == nil {
		s.keep(l)
	}
	return l, err
}

// keep has c closed with the server.
func (s *server) keep(c io.Closer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closers = append(s.closers, c)
}

func (s *server) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.closers {
		c.Close()
	}
}

// What a client asks the sink for, in its first byte.
const (
	askDrain = 'd' // take what comes
	askPour  = 'p' // send until the connection ends
)

func (s *server) accept(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		s.keep(conn)
		go func() {
			ask := make([]byte, 1)
			if _, err := io.ReadFull(conn, ask); err != nil {
				return
			}
			if ask[0] == askPour {
				pour(conn, time.Hour)
			} else {
				io.Copy(io.Discard, conn)
			}
		}()
	}
}

// pour writes for as long as it may, and returns how many bytes.
func pour(conn net.Conn, long time.Duration) (n int64, err error) {
	if err := conn.SetWriteDeadline(time.Now().Add(long)); err != nil {
		return 0, err
	}
	for buf := make([]byte, 1<<18); ; {
		m, err := conn.Write(buf)
		n += int64(m)
		if err != nil {
			return n, unlessOver(err)
		}
	}
}

// drain reads for as long as it may, and returns how many bytes.
func drain(conn net.Conn, long time.Duration) (n int64, err error) {
	if err := conn.SetReadDeadline(time.Now().Add(long)); err != nil {
		return 0, err
	}
	for buf := make([]byte, 1<<18); ; {
		m, err := conn.Read(buf)
		n += int64(m)
		if err != nil {
			return n, unlessOver(err)
		}
	}
}

// unlessOver returns nil for the error that ends a transfer in its time.
func unlessOver(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return nil
	}
	return err
}
