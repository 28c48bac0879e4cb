package control

import (
	"errors"
	stdlog "log"
	"net"
	"net/http"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/net/netutil"
)

const (
	// maxConns bounds what peers can make the firewall hold at once.
	maxConns = 64
	// maxHeader has room for an escaped filter of MaxFilter bytes.
	maxHeader = 4 * MaxFilter
	// maxBody is far more than any request carries: the largest configuration, and
	// what JSON makes of it.
	maxBody = 64 << 20
	// maxFault is how long what is said to be wrong may be.
	maxFault = 4 << 20

	readTimeout = 10 * time.Second
	idleTimeout = time.Minute
	// stallTimeout is how long a peer may take to read one chunk.
	stallTimeout = 30 * time.Second
)

// Server answers on one socket for one Backend.
type Server struct {
	backend  Backend
	log      zerolog.Logger
	stall    time.Duration
	http     *http.Server
	listener net.Listener
	undo     func()
}

// New returns a server that answers for backend and logs to log what it is made
// to do. It starts nothing.
func New(backend Backend, log zerolog.Logger) *Server {
	s := &Server{backend: backend, log: log, stall: stallTimeout, undo: func() {}}
	s.http = &http.Server{
		Handler:           s.mux(),
		ReadTimeout:       readTimeout,
		ReadHeaderTimeout: readTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ConnContext:       withPeer,
		ErrorLog:          stdlog.New(log, "", 0),
	}
	return s
}

// Listen makes the socket file at path, mode 0660, with its directory if there
// is none, and gives it to group unless that is empty. The socket of a dead
// process is replaced; that of a living one is an error which names its pid.
// Peers are answered once Serve runs.
func (s *Server) Listen(path, group string) error {
	l, undo, err := listen(path, group)
	if err != nil {
		return err
	}
	s.listener, s.undo = netutil.LimitListener(introduced{l}, maxConns), undo
	return nil
}

// Serve answers until Close, and then returns nil. It must come after Listen.
func (s *Server) Serve() error {
	err := s.http.Serve(s.listener)
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// Close cuts every peer off and removes what Listen made. It may come before
// Serve, and more than once.
func (s *Server) Close() error {
	err := s.http.Close()
	if s.listener != nil {
		s.listener.Close()
	}
	s.undo()
	s.undo = func() {}
	return err
}
