// Command spitzner does Lance Spitzner's experiments of 2000 again, the ones of
// "FW-1 State Table: How Stateful is Stateful Inspection?", with real packets
// through a running firewall:
//
//	inside [scapy, hping3, nmap] --- firewall --- router --- outside [scapy]
//	10.1.0.10, 10.1.9.x ghosts                    198.51.100.10, 203.0.113.x ghosts
//
// Ghosts are addresses that are routed to a host which has them not: its kernel
// says nothing in their name, and what arrives for them is seen by a sniffer
// below it. Each experiment is done under each profile, fw1, strict and loose,
// and is looked at from four places: the far side, the session table, the
// counters and the log.
//
// It prints a table, and exits with 1 if any profile did not do what it must:
// fw1 what FireWall-1 4.1 did, strict what a correct firewall does. `make
// spitzner` calls it. It needs root, and hping3, nmap, scapy and traceroute,
// which integration/setup.sh installs. Nothing outside its own namespaces is
// touched.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
)

type options struct {
	binary   string
	profiles []string
	only     *regexp.Regexp
	markdown bool
}

func main() {
	var o options
	profiles := flag.String("profiles", strings.Join(allProfiles, ","), "the profiles to try")
	only := flag.String("run", "", "try only experiments whose requirement or name this expression finds")
	flag.StringVar(&o.binary, "binary", os.Getenv("SALLYPORT_BINARY"), "the firewall to try; built from this tree if empty")
	flag.BoolVar(&o.markdown, "markdown", false, "print the table in Markdown")
	flag.Parse()
	o.profiles = strings.Split(*profiles, ",")
	err := error(nil)
	if o.only, err = regexp.Compile("(?i)" + *only); err == nil {
		err = run(o)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "spitzner:", err)
		os.Exit(1)
	}
}

// errNotAsItMust is what run returns if a cell of the table is wrong.
var errNotAsItMust = errors.New("not all is as it must be")

func run(o options) error {
	if err := able(); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "spitzner")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if o.binary, err = built(o.binary, dir); err != nil {
		return err
	}
	closeOnInterrupt(dir)
	t := newTable(o)
	fmt.Fprintf(os.Stderr, "%d experiments, each under %s: half a minute\n", len(t.rows), strings.Join(o.profiles, ", "))
	err = t.fill(o.binary, dir)
	if o.markdown {
		t.printMarkdown(os.Stdout)
	} else {
		t.print(os.Stdout)
	}
	if err == nil && !t.right() {
		err = errNotAsItMust
	}
	return err
}

// built returns a firewall to try, made in dir unless there is one.
func built(binary, dir string) (string, error) {
	if binary != "" {
		return binary, nil
	}
	binary = filepath.Join(dir, "sallyport")
	if out, err := exec.Command("go", "build", "-o", binary, "sallyport/cmd/sallyport").CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return binary, nil
}

// closeOnInterrupt leaves nothing behind of a run that is broken off.
func closeOnInterrupt(dir string) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-c
		benches.closeAll()
		_ = os.RemoveAll(dir)
		os.Exit(130)
	}()
}
