package main

import (
	"errors"
	"fmt"
	"strings"

	"sallyport/appliance/control"
	"sallyport/conf"
)

// The exit codes, which scripts rely on.
const (
	exitFine       = 0
	exitFailed     = 1
	exitUsage      = 2 // or configuration
	exitNotRunning = 3
)

// usageError is a fault of whoever gave the command, found after its flags were
// read.
type usageError struct{ error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

func (e usageError) Unwrap() error { return e.error }

// errSilent ends a command that has already said why it failed.
var errSilent = errors.New("failed")

func (c *cli) exitCode(err error) int {
	var usage usageError
	var filter *control.FilterError
	var faults conf.Errors
	var config *control.ConfigError
	switch {
	case err == nil:
		return exitFine
	case errors.Is(err, control.ErrNotRunning):
		return exitNotRunning
	case !c.ready, errors.As(err, &usage), errors.As(err, &filter), errors.As(err, &faults), errors.As(err, &config):
		return exitUsage
	}
	return exitFailed
}

// complain writes one line that says what to do, or a line for each fault of a
// configuration file.
func (c *cli) complain(err error) {
	var faults conf.Errors
	var config *control.ConfigError
	switch {
	case errors.As(err, &faults):
		c.showFaults(faults)
	case errors.As(err, &config) && len(config.Places) > 0:
		fmt.Fprintln(c.err, config)
	case errors.Is(err, errSilent):
	case errors.Is(err, control.ErrNotRunning):
		fmt.Fprintf(c.err, "%v; start it with \"sallyport run\", or name its socket with --socket\n", err)
	case !c.ready:
		fmt.Fprintf(c.err, "sallyport: %s (see \"sallyport help\")\n", oneLine(err))
	default:
		fmt.Fprintf(c.err, "sallyport: %v\n", err)
	}
}

// showFaults prints a line for each fault, and on a terminal what it is about.
func (c *cli) showFaults(faults conf.Errors) {
	for _, f := range faults {
		fmt.Fprintln(c.err, f)
		if c.excerpts {
			fmt.Fprint(c.err, f.Excerpt())
		}
	}
}

// oneLine puts what cobra spreads over several lines, its suggestions, on one.
func oneLine(err error) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(err.Error(), "\n\nDid you mean this?", "; did you mean")), " ")
}
