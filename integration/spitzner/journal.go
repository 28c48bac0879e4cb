package main

import (
	"bytes"
	"strings"
	"sync"
)

// journal is the firewall's log.
type journal struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

// line is what is read of a line of it.
type line struct{ Message, Flow, Reason, Rule string }

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.buf.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.buf.String()
}

// mark is a moment in it.
func (j *journal) mark() int { return len(j.String()) }

// since returns the whole lines after a mark.
func (j *journal) since(mark int) []line {
	text := j.String()[mark:]
	return decode[line]([]byte(text[:strings.LastIndexByte(text, '\n')+1]))
}
