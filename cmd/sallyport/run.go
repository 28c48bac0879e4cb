package main

import (
	"path/filepath"

	"github.com/spf13/cobra"

	"sallyport/appliance"
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
			from, err := o.from(cmd, c)
			if err != nil {
				return err
			}
			return c.run(cmd, from, &o)
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

// from says where settings come from, and what the flags change in them.
func (o *runOptions) from(cmd *cobra.Command, c *cli) (from appliance.Source, err error) {
	if err := o.check(); err != nil {
		return from, err
	}
	from.Over = func(s *conf.Settings) {
		o.over(s)
		if cmd.Flags().Changed("socket") {
			s.Control.Socket = c.socket
		}
	}
	from.Read = func() (*conf.Settings, error) {
		s, err := o.source.settings()
		if err == nil {
			from.Over(s)
		}
		return s, err
	}
	if o.config != "" {
		if from.File, err = filepath.Abs(o.config); err != nil {
			return from, err
		}
		o.config = from.File
	}
	return from, nil
}

// check refuses words that a flag cannot have.
func (o *runOptions) check() error {
	for _, f := range []struct {
		flag, value string
		words       []string
	}{
		{"driver", o.driver, []string{conf.DriverAuto, conf.DriverVnet, conf.DriverWireguard, conf.DriverWater}},
		{"log-level", o.logLevel, []string{"debug", "info", "warn", "error"}},
		{"log-format", o.logFormat, []string{"auto", "console", "json"}},
	} {
		if err := oneOf(f.flag, f.value, f.words); err != nil {
			return err
		}
	}
	return nil
}

func (o *runOptions) over(s *conf.Settings) {
	s.TUN.Driver = orElse(o.driver, s.TUN.Driver)
	s.Log.Level = orElse(o.logLevel, s.Log.Level)
	s.Log.Format = orElse(o.logFormat, s.Log.Format)
}
