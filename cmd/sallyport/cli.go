package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"sallyport/appliance/control"
)

// cli is what every command shares: its surroundings, and the global flags.
type cli struct {
	out, err io.Writer
	getenv   func(string) string
	now      func() time.Time
	width    int  // columns of the terminal that out is; 0: it is none
	color    bool // out may carry colours
	excerpts bool // err is a terminal: faults of a file are shown with its text

	socket string
	json   bool // of the commands that have --json

	ready bool // flags and arguments were understood
}

func newCLI() *cli {
	c := &cli{out: os.Stdout, err: os.Stderr, getenv: os.Getenv, now: time.Now, width: columns(os.Stdout), excerpts: columns(os.Stderr) > 0}
	c.color = c.width > 0 && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	return c
}

// main runs the command that args name and returns the exit code.
func (c *cli) main(ctx context.Context, args []string) int {
	root := c.root()
	root.SetArgs(args)
	root.SetOut(c.out)
	root.SetErr(c.err)
	err := root.ExecuteContext(ctx)
	if err != nil {
		c.complain(err)
	}
	return c.exitCode(err)
}

func (c *cli) client() *control.Client { return control.NewClient(c.socket) }

// object writes v as a line of JSON.
func (c *cli) object(v any) error {
	e := json.NewEncoder(c.out)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// buffered calls f with output that is written in large pieces.
func (c *cli) buffered(f func() error) error {
	plain, buffer := c.out, bufio.NewWriter(c.out)
	c.out = buffer
	defer func() { c.out = plain }()
	return errors.Join(f(), buffer.Flush())
}

func (c *cli) printf(format string, args ...any) { fmt.Fprintf(c.out, format, args...) }
