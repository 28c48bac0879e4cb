package plumbing

import (
	"context"
	"errors"
	"os"
	"reflect"
	"time"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"

	"sallyport/netstack"
)

// settleTime is how long Watch lets changes gather before it follows them: an
// address comes with its routes.
const settleTime = 20 * time.Millisecond

// Watch keeps what is installed in step with the interfaces until ctx is done:
// their routes (R follows table main), addresses, MTU, and an interface that goes
// and comes back. changed is called, from Watch's own goroutine, when the Links
// have changed, and with the error when they cannot be followed, as while an
// interface is gone; nothing passes what cannot be followed.
//
// It returns nil after ctx is done, or why it cannot watch.
func (p *Plumbing) Watch(ctx context.Context, changed func([netstack.Sides]Link, error)) error {
	socket, err := nl.Subscribe(unix.NETLINK_ROUTE, unix.RTNLGRP_LINK,
		unix.RTNLGRP_IPV4_IFADDR, unix.RTNLGRP_IPV4_ROUTE, unix.RTNLGRP_IPV6_IFADDR, unix.RTNLGRP_IPV6_ROUTE)
	if err != nil {
		return attempt("ip monitor", err)
	}
	defer context.AfterFunc(ctx, socket.Close)()
	events := make(chan struct{}, 1)
	failed := make(chan error, 1)
	go func() { failed <- listen(socket, events) }()
	p.follow(changed)
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-failed:
			if ctx.Err() != nil {
				return nil
			}
			return attempt("ip monitor", err)
		case <-events:
			gather(ctx, events)
			p.follow(changed)
		}
	}
}

// listen turns what the kernel says into events, of which one waits at most.
func listen(socket *nl.NetlinkSocket, events chan<- struct{}) error {
	for {
		_, _, err := socket.Receive()
		if errors.Is(err, os.ErrClosed) {
			return nil
		}
		// ENOBUFS: so much happened that some of it was lost.
		if err != nil && !errors.Is(err, unix.ENOBUFS) && !errors.Is(err, unix.EINTR) {
			return err
		}
		select {
		case events <- struct{}{}:
		default:
		}
	}
}

// gather waits for the events that come together.
func gather(ctx context.Context, events <-chan struct{}) {
	timer := time.NewTimer(settleTime)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
	select {
	case <-events:
	default:
	}
}

// follow brings everything up to date once.
func (p *Plumbing) follow(changed func([netstack.Sides]Link, error)) {
	p.mu.Lock()
	if p.over {
		p.mu.Unlock()
		return
	}
	before := p.links
	err := p.again()
	after := p.links
	p.mu.Unlock()
	if err != nil || !reflect.DeepEqual(before, after) {
		changed(after, err)
	}
}
