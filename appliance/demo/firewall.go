package demo

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"sallyport/appliance/control"
	"sallyport/appliance/lab"
)

// startLimit bounds how long the firewall may take until it forwards.
const startLimit = 20 * time.Second

// start starts the firewall in its namespace and waits until it says that it is
// ready.
func (d *demo) start(ctx context.Context) error {
	d.say("The firewall starts between them:")
	d.tell("$ sallyport run --config sallyport.toml")
	if err := d.run(); err != nil {
		return err
	}
	if err := d.ready(ctx); err != nil {
		return err
	}
	d.tell("ready: everything from inside may go out, masqueraded; nothing may come in")
	return nil
}

func (d *demo) run() error {
	c := d.lab.Firewall.Command(d.Program, "run", "--config", d.config(), "--socket", d.socket(),
		"--driver", d.Driver, "--log-format", "console", "--yes")
	r, w := io.Pipe()
	c.Stdout, c.Stderr = w, w
	go d.echo(r)
	d.firewall = c
	return c.Start()
}

// echo shows what the firewall logs, as part of the story.
func (d *demo) echo(r io.Reader) {
	log := bufio.NewScanner(r)
	for log.Scan() {
		fmt.Fprintf(d.Out, "   | %s\n", log.Text())
	}
}

// ready waits for the control socket to say so.
func (d *demo) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- d.firewall.Wait() }()
	poll := time.NewTicker(20 * time.Millisecond)
	defer poll.Stop()
	for {
		if s, err := control.NewClient(d.socket()).Status(ctx); err == nil && s.Ready {
			return nil
		}
		select {
		case err := <-ended:
			return endedEarly(err)
		case <-ctx.Done():
			return fmt.Errorf("the firewall was not ready after %v: %w", startLimit, ctx.Err())
		case <-poll.C:
		}
	}
}

// endedEarly says how the firewall has ended that was to be ready; nil: with exit
// code 0.
func endedEarly(err error) error {
	if err == nil {
		err = errors.New("exit status 0")
	}
	return fmt.Errorf("the firewall ended before it was ready: %w", err)
}

// tables shows what the firewall knows, through its own commands, while the
// last transfer's session lives.
func (d *demo) tables(context.Context) error {
	d.say("What the firewall saw:")
	for _, command := range []string{"sessions", "stats", "status"} {
		d.tell("$ sallyport %s", command)
		out, err := d.ask(command)
		if err != nil {
			return err
		}
		for line := range strings.Lines(out) {
			d.tell("  %s", strings.TrimRight(line, "\n"))
		}
		d.tell("")
	}
	return nil
}

// ask runs one of the program's commands against the demo's firewall.
func (d *demo) ask(args ...string) (string, error) {
	c := d.lab.Firewall.Command(d.Program, append([]string{"--socket", d.socket()}, args...)...)
	var out, complaint bytes.Buffer
	c.Stdout, c.Stderr = &out, &complaint
	if err := c.Run(); err != nil {
		return "", fmt.Errorf("sallyport %s: %w: %s", strings.Join(args, " "), err, complaint.String())
	}
	return out.String(), nil
}

// kill shows that the firewall fails closed.
func (d *demo) kill(ctx context.Context) error {
	if d.Keep {
		return nil
	}
	d.say("The firewall is killed (kill -9), with both interfaces still up and routing still on:")
	d.firewall.Kill()
	if _, err := d.get(ctx, 700*time.Millisecond); err == nil {
		return errors.New("a request passed a dead firewall")
	}
	d.tell("the same request gets no answer: without the firewall nothing passes")
	return nil
}

// keep leaves everything running to be played with.
func (d *demo) keep(ctx context.Context) error {
	if !d.Keep {
		d.say("Everything is removed again. Next: `sallyport doctor`, then `sallyport run --inside IF --outside IF`.")
		return nil
	}
	d.say("It keeps running until you press Ctrl-C. In another terminal%s:", asWhom())
	for _, line := range []string{
		enter(d.lab.Inside) + " ping 192.0.2.10",
		enter(d.lab.Inside) + " curl http://192.0.2.10/",
		enter(d.lab.Outside) + " curl -m 3 http://10.1.0.10/",
		fmt.Sprintf("%s --socket %s sessions", d.Program, d.socket()),
		fmt.Sprintf("%s --socket %s stats", d.Program, d.socket()),
	} {
		d.tell("  %s", line)
	}
	<-ctx.Done()
	return nil
}

func asWhom() string {
	if lab.InUnprivileged() {
		return ""
	}
	return ", as root"
}

// enter is the command that starts another one inside a host of the lab; in a
// user namespace, network namespaces have their names in its own mounts only.
func enter(h *lab.Host) string {
	if lab.InUnprivileged() {
		return fmt.Sprintf("nsenter --preserve-credentials -t %d -U --net=/proc/%d/root%s", os.Getpid(), os.Getpid(), h.Path())
	}
	return "nsenter --net=" + h.Path()
}
