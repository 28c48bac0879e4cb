package main

import (
	"errors"
	"fmt"
	"time"
)

// fault ends an experiment that could not be done, as testing's Fatal does.
type fault struct{ error }

func must(err error) {
	if err != nil {
		panic(fault{err})
	}
}

// faultOf runs f and returns the fault that ended it.
func faultOf(f func()) (err error) {
	defer func() {
		if r := recover(); r != nil {
			end, ok := r.(fault)
			if !ok {
				panic(r)
			}
			err = end.error
		}
	}()
	f()
	return nil
}

// eventually waits until a condition holds.
func eventually(what string, holds func() bool) {
	if !within(patience, holds) {
		must(errors.New("never: " + what))
	}
}

// within reports whether a condition comes to hold in time.
func within(limit time.Duration, holds func() bool) bool {
	for deadline := time.Now().Add(limit); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if holds() {
			return true
		}
	}
	return false
}

// toolFault is of a program that did not do what it was started for.
func toolFault(name string, err error, said []byte) error {
	return fmt.Errorf("%s: %w\n%s", name, err, said)
}
