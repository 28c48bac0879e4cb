package main

import (
	"context"
	"os"
	"os/signal"

	"golang.org/x/sys/unix"
)

// untilSignal returns a context that SIGINT or SIGTERM ends. A second signal
// ends the process at once, whatever it is still doing. (Restoring the default
// would not: the kernel spares the first process of a container from signals
// that it does not handle.)
func untilSignal(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancel(ctx)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, unix.SIGINT, unix.SIGTERM)
	go func() {
		<-signals
		cancel()
		<-signals
		os.Exit(exitFailed)
	}()
	return ctx, cancel
}

// onHangup has f called at each SIGHUP, which no longer ends the process, until
// what it returns is called.
func onHangup(f func()) (stop func()) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, unix.SIGHUP)
	go func() {
		for range signals {
			f()
		}
	}()
	return func() {
		signal.Stop(signals)
		close(signals)
	}
}
