package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"sallyport/appliance/lab"
)

// Options say how the demo is told.
type Options struct {
	Out     io.Writer
	Program string        // the sallyport binary to start
	Driver  string        // of the TUN devices
	Keep    bool          // leave everything running until ctx is done
	Bulk    time.Duration // length of the bulk transfer
}

// demo is one run: the lab, the firewall in it, and where it keeps its files.
type demo struct {
	Options
	lab      *lab.Lab
	dir      string
	firewall *lab.Cmd
	server   *server
	step     int
}

// Run tells the whole story and cleans up after itself, whatever happens. Its
// error says which step was not as it should be.
func Run(ctx context.Context, o Options) (err error) {
	o.Out = &lines{out: o.Out}
	d := &demo{Options: o}
	defer func() { err = errors.Join(err, d.close()) }()
	for _, act := range []func(context.Context) error{
		d.build, d.start, d.fetch, d.knock, d.ping, d.bulk, d.tables, d.kill, d.keep,
	} {
		if ctx.Err() != nil {
			return errors.New("interrupted; everything is removed")
		}
		if err := act(ctx); err != nil {
			return err
		}
	}
	return nil
}

// lines lets the firewall's log and the story write to one place, a line or
// more at a time.
type lines struct {
	mu  sync.Mutex
	out io.Writer
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.out.Write(b)
}

// say opens the next step of the story.
func (d *demo) say(format string, args ...any) {
	d.step++
	fmt.Fprintf(d.Out, "\n%d. %s\n", d.step, fmt.Sprintf(format, args...))
}

// tell adds a line to it.
func (d *demo) tell(format string, args ...any) {
	fmt.Fprintln(d.Out, strings.TrimRight("   "+fmt.Sprintf(format, args...), " "))
}

func (d *demo) build(context.Context) (err error) {
	if d.dir, err = os.MkdirTemp("", "sallyport-demo-"); err != nil {
		return err
	}
	if d.lab, err = lab.New(lab.Config{}); err != nil {
		return err
	}
	if d.server, err = serve(d.lab.Outside, d.lab.Inside); err != nil {
		return err
	}
	d.say("Three network namespaces, apart from your machine's own network:")
	d.tell("")
	d.tell("  inside            firewall                      outside")
	d.tell("  10.1.0.10 ------- 10.1.0.1 [eth0]  [eth1] 192.0.2.1 ------- 192.0.2.10")
	d.tell("")
	return os.WriteFile(d.config(), []byte(config), 0o600)
}

// config is what the demo's firewall runs on.
const config = `[inside]
interface = "eth0"
[outside]
interface = "eth1"

[[rule]]
name   = "out"
from   = "inside"
to     = "outside"
action = "accept"

[[nat]]
name = "internet"
type = "masquerade"
from = "inside"
to   = "outside"
`

func (d *demo) config() string { return filepath.Join(d.dir, "sallyport.toml") }
func (d *demo) socket() string { return filepath.Join(d.dir, "sallyport.sock") }

func (d *demo) close() error {
	var errs []error
	if d.server != nil {
		d.server.close()
	}
	if d.lab != nil {
		errs = append(errs, d.lab.Close())
	}
	if d.dir != "" {
		errs = append(errs, os.RemoveAll(d.dir))
	}
	return errors.Join(errs...)
}
