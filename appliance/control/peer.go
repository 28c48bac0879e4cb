package control

import (
	"context"
	"net"
	"net/http"

	"github.com/rs/zerolog"
)

// Peer is the process that asks for something, by its socket's credentials.
type Peer struct {
	UID uint32
	PID int32 // 0: it was a signal
}

// Log adds who it was to a line of the log.
func (p Peer) Log(e *zerolog.Event) *zerolog.Event {
	if p.PID == 0 {
		return e.Str("by", "SIGHUP")
	}
	return e.Uint32("uid", p.UID).Int32("pid", p.PID)
}

type peerKey struct{}

// withPeer keeps who a connection is from.
func withPeer(ctx context.Context, c net.Conn) context.Context {
	p, _ := c.RemoteAddr().(peerAddr)
	return context.WithValue(ctx, peerKey{}, p.Peer)
}

// introduced accepts connections whose address says who they are from: whoever
// wraps one hides its socket, but not its address.
type introduced struct{ net.Listener }

func (l introduced) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	who := peerOf(c)
	return peerConn{c, peerAddr{c.RemoteAddr(), Peer{who.Uid, who.Pid}}}, nil
}

type peerConn struct {
	net.Conn
	from peerAddr
}

func (c peerConn) RemoteAddr() net.Addr { return c.from }

type peerAddr struct {
	net.Addr
	Peer
}

func peer(r *http.Request) Peer {
	p, _ := r.Context().Value(peerKey{}).(Peer)
	return p
}
