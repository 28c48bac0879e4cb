package traffic

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"sallyport/appliance/lab"
)

// agents are the kinds of traffic, by name. Each takes its order as JSON and
// returns what it has seen.
var agents = map[string]func(order []byte) (any, error){
	"serve":    with(serve),
	"connect":  with(connect),
	"attempt":  with(attempt),
	"teardown": with(teardown),
	"ask":      with(ask),
	"echo":     with(echo),
	"blast":    with(blast),
}

func with[Order, Seen any](f func(Order) (Seen, error)) func([]byte) (any, error) {
	return func(text []byte) (any, error) {
		var o Order
		if err := json.Unmarshal(text, &o); err != nil {
			return nil, err
		}
		return f(o)
	}
}

// Agent is what the program is when it was started as one: the arguments are
// its name and its order. It returns the exit code.
func Agent(args []string) int {
	seen, err := any(nil), errors.New("usage: agent NAME ORDER")
	if len(args) == 2 && agents[args[0]] != nil {
		seen, err = agents[args[0]]([]byte(args[1]))
	}
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(seen)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "agent:", err)
		return 1
	}
	return 0
}

// patience is what an agent may take beyond the time that it was given.
const patience = 8 * time.Second

// Ask runs an agent in a host for about this long, and reads what it has seen.
func Ask(ctx context.Context, h *lab.Host, name string, order any, length time.Duration, seen any) error {
	c, err := command(h, name, order)
	if err != nil {
		return err
	}
	out, err := Run(ctx, c, length+patience)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return json.Unmarshal(out, seen)
}

func command(h *lab.Host, name string, order any) (*lab.Cmd, error) {
	text, err := json.Marshal(order)
	c := h.Command("/proc/self/exe", "agent", name, string(text))
	// No signal of the runtime's may interrupt a call that has a time limit.
	c.Env = append(os.Environ(), "GODEBUG=asyncpreemptoff=1")
	return c, err
}

// Run runs a command, no longer than the limit and the context allow, and
// returns what it wrote. An error has what it complained of.
func Run(ctx context.Context, c *lab.Cmd, limit time.Duration) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	defer context.AfterFunc(ctx, c.Kill)()
	complaint := new(strings.Builder)
	c.Stderr = complaint
	out, err := c.Output()
	if ctx.Err() != nil {
		err = errors.Join(err, ctx.Err())
	}
	if err != nil {
		err = fmt.Errorf("%w: %s", err, strings.TrimSpace(complaint.String()))
	}
	return out, err
}
