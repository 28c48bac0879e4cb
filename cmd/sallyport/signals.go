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
