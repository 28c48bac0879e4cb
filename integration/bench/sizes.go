package main

import (
	"errors"
	"fmt"
	"time"

	"sallyport/integration/bench/result"
	"sallyport/integration/bench/traffic"
)

// rules is how many new flows a second there can be, each looked up among so many
// rules of which only the last matches.
func rules(t *turn) error {
	for _, n := range []int{10, 100, 1000, 10000} {
		if err := t.begin(setup{rules: n, sessions: roomForFlows}); err != nil {
			return err
		}
		new, err := t.through(traffic.Blast{Kind: traffic.Datagrams, Flows: maxFlows, Length: t.length() / 2})
		if err != nil {
			return err
		}
		t.record(fmt.Sprint(n), "kpps", new)
	}
	return nil
}

// roomForFlows is what the kernel has room for as well, without being changed.
const roomForFlows, maxFlows = 262144, 1 << 22

// through sends datagrams and returns how many thousand a second came through.
func (t *turn) through(b traffic.Blast) (kpps float64, err error) {
	before, err := traffic.Count(t.lab.Outside)
	if err != nil {
		return 0, err
	}
	sent, err := t.blast(t.lab.Inside, 0, b)
	if err != nil {
		return 0, err
	}
	after, err := traffic.Count(t.lab.Outside)
	return after.Since(before).Datagrams() / sent.Seconds / 1e3, err
}

// sessions is how fast the packets of so many sessions pass, each packet of one
// taken at random, and what a session costs in memory.
func sessions(t *turn) error {
	for _, n := range []int{1000, 100_000, 1_000_000} {
		if n == 1_000_000 && t.round > 0 {
			continue // it takes as long as all the rest
		}
		err := t.amongSessions(n)
		if err != nil && t.ctx.Err() != nil {
			return err
		}
		if err != nil {
			t.run.Miss(result.Missing{Part: fmt.Sprintf("%s, %d", t.part, n), Contender: t.contender.name, Why: err.Error()})
		}
	}
	return nil
}

func (t *turn) amongSessions(n int) error {
	if err := t.begin(setup{sessions: n + n/4}); err != nil {
		return err
	}
	before, err := t.memory()
	if err != nil {
		return err
	}
	made, err := t.fill(n)
	if err != nil {
		return err
	}
	after, err := t.memory()
	if err != nil {
		return err
	}
	if n >= 100_000 {
		t.record(fmt.Sprintf("memory of each of %d", n), "bytes", float64(after-before)/float64(made))
	}
	kpps, err := t.through(traffic.Blast{Kind: traffic.Datagrams, Flows: n, Random: true, Length: t.length()})
	if err != nil {
		return err
	}
	t.record(fmt.Sprint(n), "kpps", kpps)
	return nil
}

// fill makes n sessions, in more than one attempt if packets are lost, and
// returns how many there are.
func (t *turn) fill(n int) (made int, err error) {
	for range 8 {
		if _, err = t.blast(t.lab.Inside, 0, traffic.Blast{Kind: traffic.Datagrams, Flows: n, Count: n, Rate: 100_000, Length: time.Minute}); err != nil {
			return 0, err
		}
		if made, err = t.sessions(); err != nil || made >= n*99/100 {
			return made, err
		}
	}
	return made, errors.New("not all sessions could be made: there are " + fmt.Sprint(made))
}
