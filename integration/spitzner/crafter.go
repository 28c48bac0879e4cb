package main

import (
	"bufio"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"strings"

	"sallyport/appliance/lab"
)

//go:embed crafter.py
var crafterScript string

// crafter is scapy in a host, waiting to be told what to send.
type crafter struct {
	cmd     *lab.Cmd
	in      io.WriteCloser
	answers *bufio.Scanner
	fault   *strings.Builder
}

// python is Debian's own, for which its package of scapy is, whatever other the
// PATH has.
const python = "/usr/bin/python3"

// newCrafter starts scapy. It ends with the lab.
func newCrafter(h *lab.Host) (*crafter, error) {
	c := &crafter{cmd: h.Command(python, "-c", crafterScript), fault: new(strings.Builder)}
	in, err1 := c.cmd.StdinPipe()
	out, err2 := c.cmd.StdoutPipe()
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	c.cmd.Stderr = c.fault
	c.in, c.answers = in, bufio.NewScanner(out)
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	return c, c.expect("ready")
}

// send sends what a scapy expression makes, and returns when it is on the link.
func (c *crafter) send(expression string) error {
	if _, err := fmt.Fprintln(c.in, expression); err != nil {
		return err
	}
	if err := c.expect("sent"); err != nil {
		return fmt.Errorf("%w\nof %s", err, expression)
	}
	return nil
}

func (c *crafter) expect(word string) error {
	switch {
	case !c.answers.Scan():
		return fmt.Errorf("scapy ended: %w\n%s", errors.Join(c.answers.Err(), c.cmd.Wait()), c.fault)
	case c.answers.Text() != word:
		return fmt.Errorf("scapy: %s", c.answers.Text())
	}
	return nil
}
