package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"sallyport/appliance"
	"sallyport/appliance/control"
	"sallyport/conf"
)

// run starts a firewall and waits until it is told to stop.
func (c *cli) run(cmd *cobra.Command, from appliance.Source, o *runOptions) error {
	s, recovered, err := c.begin(cmd.Context(), from)
	if err != nil {
		return err
	}
	if err := keepsLogins(s, o.yes); err != nil {
		return err
	}
	log, closeLog, err := newLog(s.Log)
	if err != nil {
		return err
	}
	defer closeLog()
	if from.File == "" { // flags cannot be read again
		from = appliance.Source{}
	}
	firewall := appliance.New(s, from, log, thisBuild().Version)
	if recovered != nil {
		log.Warn().Msg(recovered.String())
		firewall.SetRecovered(recovered)
	}
	return untilStopped(cmd.Context(), firewall, control.Consent{Yes: o.yes})
}

// begin returns the settings to start with. It makes sure first that nobody else
// has them in force: a commit of theirs is not one that a dead process has left.
func (c *cli) begin(ctx context.Context, from appliance.Source) (*conf.Settings, *appliance.Recovered, error) {
	s, err := from.Read()
	socket := c.socket
	if err == nil {
		socket = s.Control.Socket
	}
	if err := alone(ctx, socket); err != nil {
		return nil, nil, err
	}
	return from.Recover(s, err)
}

// untilStopped runs the firewall until a signal ends it. SIGHUP reloads; what is
// wrong with what it reads is in the log.
func untilStopped(ctx context.Context, firewall *appliance.Appliance, reload control.Consent) error {
	ctx, done := untilSignal(ctx)
	defer done()
	defer onHangup(func() { _, _ = firewall.Reload(reload, control.Peer{}) })()
	return firewall.Run(ctx)
}

// alone refuses to start a second firewall, before it has touched anything of
// the first one's.
func alone(ctx context.Context, socket string) error {
	status, err := control.NewClient(socket).Status(ctx)
	if err != nil {
		return nil
	}
	return fmt.Errorf("one is already running, pid %d, on %s; stop it first: kill %d", status.PID, socket, status.PID)
}

// keepsLogins refuses to cut somebody off who has not said yes to that.
func keepsLogins(s *conf.Settings, yes bool) error {
	if yes {
		return nil
	}
	lines, err := appliance.Lockout(s)
	if err != nil || len(lines) == 0 {
		return err
	}
	return fmt.Errorf(`this would cut off %s; allow it by a rule with to = "self", or start with --yes`, strings.Join(lines, ", and "))
}
