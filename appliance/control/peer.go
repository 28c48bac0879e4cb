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
	who := peerOf(c)
	return context.WithValue(ctx, peerKey{}, Peer{who.Uid, who.Pid})
}

func peer(r *http.Request) Peer {
	p, _ := r.Context().Value(peerKey{}).(Peer)
	return p
}
