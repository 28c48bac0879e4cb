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

// runOptions are what the flags of run say.
type runOptions struct {
	source
	yes                         bool
	driver, logLevel, logFormat string
}

func runCommand(c *cli) *cobra.Command {
	var o runOptions
	cmd := &cobra.Command{
		Use:   "run",
		Short: "Stand between two networks until told to stop",
		Long: `Stand between two networks until SIGTERM or SIGINT, and then leave everything
as it was. A second signal ends the process at once; the doors stay shut then.

With --inside and --outside alone, what comes from inside may go out and is
masqueraded, and nothing else passes. A configuration file says more.`,
		Example: `  sallyport run --inside eth0 --outside eth1
  sallyport run --inside 172.30.1.0/24 --outside 172.30.2.0/24
  sallyport run --config /etc/sallyport/sallyport.toml`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			read := func() (*conf.Settings, error) {
				s, err := o.settings()
				if err == nil && cmd.Flags().Changed("socket") {
					s.Control.Socket = c.socket
				}
				return s, err
			}
			return c.run(cmd, read, &o)
		},
	}
	o.flags(cmd)
	return cmd
}

func (o *runOptions) flags(cmd *cobra.Command) {
	o.source.flags(cmd)
	cmd.Flags().BoolVar(&o.yes, "yes", false, "start even if that cuts somebody's login session off")
	cmd.Flags().StringVar(&o.driver, "driver", "", "how packets are carried: auto, vnet, wireguard or water")
	cmd.Flags().StringVar(&o.logLevel, "log-level", "", "debug, info, warn or error")
	cmd.Flags().StringVar(&o.logFormat, "log-format", "", "auto, console or json")
}

// settings are those of the source, with what the flags change in them.
func (o *runOptions) settings() (*conf.Settings, error) {
	for _, f := range []struct {
		flag, value string
		words       []string
	}{
		{"driver", o.driver, []string{conf.DriverAuto, conf.DriverVnet, conf.DriverWireguard, conf.DriverWater}},
		{"log-level", o.logLevel, []string{"debug", "info", "warn", "error"}},
		{"log-format", o.logFormat, []string{"auto", "console", "json"}},
	} {
		if err := oneOf(f.flag, f.value, f.words); err != nil {
			return nil, err
		}
	}
	s, err := o.source.settings()
	if err != nil {
		return nil, err
	}
	s.TUN.Driver = orElse(o.driver, s.TUN.Driver)
	s.Log.Level = orElse(o.logLevel, s.Log.Level)
	s.Log.Format = orElse(o.logFormat, s.Log.Format)
	return s, nil
}

func (c *cli) run(cmd *cobra.Command, read func() (*conf.Settings, error), o *runOptions) error {
	s, err := read()
	if err != nil {
		return err
	}
	if o.config == "" {
		read = nil
	}
	if err := alone(cmd.Context(), s.Control.Socket); err != nil {
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
	ctx, done := untilSignal(cmd.Context())
	defer done()
	firewall := appliance.New(s, read, log, thisBuild().Version)
	defer onHangup(func() {
		// What is wrong is in the log.
		_, _ = firewall.Reload(control.Consent{Yes: o.yes}, control.Peer{})
	})()
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
