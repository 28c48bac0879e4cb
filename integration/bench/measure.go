package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"sallyport/integration/bench/draw"
	"sallyport/integration/bench/result"
)

// measure takes every round through all parts and contenders before the next, so
// that whatever else this machine does meets them all. What cannot be measured is
// said in the results, and stops nothing else.
func (o options) measure(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if o.binary == "" {
		if o.binary, err = build(dir); err != nil {
			return err
		}
	}
	run := &result.Run{Machine: result.Here(), Date: time.Now().UTC().Truncate(time.Second), Commit: result.Commit(),
		Rounds: o.rounds, Seconds: o.seconds, Load: [2]string{result.LoadAverage()}}
	before := result.Spent()
	if err := o.rounded(ctx, dir, run); err != nil {
		return err
	}
	run.Steal = result.Spent().Stolen(before)
	run.Took, run.Load[1] = int(time.Since(run.Date).Seconds()), result.LoadAverage()
	draw.Print(os.Stdout, run)
	return o.keep(run)
}

// keep writes the results, if there is a file for them.
func (o options) keep(run *result.Run) error {
	if o.results == "" {
		return nil
	}
	return run.Store(o.results)
}

func build(dir string) (string, error) {
	path := filepath.Join(dir, "sallyport")
	if out, err := exec.Command("go", "build", "-o", path, "sallyport/cmd/sallyport").CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
}

func (o options) rounded(ctx context.Context, dir string, run *result.Run) error {
	parts, err := o.parts(dir)
	if err != nil {
		return err
	}
	limited, cancel := context.WithTimeout(ctx, o.limit)
	defer cancel()
	for round := range o.rounds {
		for _, p := range parts {
			for _, c := range p.contenders {
				o.take(limited, run, round, p, c)
				if ctx.Err() != nil {
					return errors.New("interrupted")
				}
			}
		}
	}
	return nil
}

// take is one turn.
func (o options) take(ctx context.Context, run *result.Run, round int, p part, c contender) {
	if ctx.Err() != nil {
		run.Miss(result.Missing{Part: p.name, Contender: c.name, Why: fmt.Sprintf("no time was left in round %d", round+1)})
		return
	}
	begun := time.Now()
	t := &turn{options: o, ctx: ctx, run: run, round: round, part: p.name, contender: c}
	err := p.measure(t)
	err = errors.Join(err, t.end())
	fmt.Fprintf(os.Stderr, "round %d of %d: %s: %s: %.1f s\n", round+1, o.rounds, p.name, c.name, time.Since(begun).Seconds())
	if err != nil {
		fmt.Fprintln(os.Stderr, "  not measured:", err)
		run.Miss(result.Missing{Part: p.name, Contender: c.name, Why: err.Error()})
	}
}
