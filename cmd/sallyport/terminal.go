package main

import (
	"os"
	"strings"
	"unicode"

	"golang.org/x/sys/unix"
)

// columns returns the width of the terminal that f is, 0 if it is none.
func columns(f *os.File) int {
	size, err := unix.IoctlGetWinsize(int(f.Fd()), unix.TIOCGWINSZ)
	if err != nil {
		return 0
	}
	if size.Col == 0 { // a terminal that does not know, as a serial console
		return 80
	}
	return int(size.Col)
}

// Colours of a terminal (ECMA-48, SGR).
const (
	bold   = "1"
	red    = "31"
	green  = "32"
	yellow = "33"
)

// paint puts s in a colour, if the output takes colours.
func (c *cli) paint(color, s string) string {
	if !c.color || s == "" {
		return s
	}
	return "\x1b[" + color + "m" + s + "\x1b[0m"
}

// printable keeps a name from steering the terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '?'
	}, s)
}
