// Command sallyport is a firewall in one process, and what one asks it.
//
// It owns flags, environment, signals, exit codes and the look of the output:
// conf reads the configuration, appliance runs it, control speaks to a running
// one, doctor looks at the machine.
package main

import (
	"context"
	"os"
)

func main() {
	os.Exit(newCLI().main(context.Background(), os.Args[1:]))
}
