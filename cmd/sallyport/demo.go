package main

import (
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"sallyport/appliance/demo"
)

func demoCommand(c *cli) *cobra.Command {
	o := demo.Options{Bulk: 2 * time.Second}
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Show the firewall at work between two made-up networks",
		Long: `Show the firewall at work on real traffic, in network namespaces of its own:
nothing of this machine's network is touched, and nothing is left behind.

Needs root, or a machine that lets ordinary users make user namespaces and open
/dev/net/tun.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			if !demo.Privileged() {
				return demo.Again(ctx)
			}
			if o.Program, err = os.Executable(); err != nil {
				return err
			}
			o.Out = cmd.OutOrStdout()
			return demo.Run(ctx, o)
		},
	}
	cmd.Flags().BoolVar(&o.Keep, "keep", false, "leave it running to play with, until Ctrl-C")
	cmd.Flags().StringVar(&o.Driver, "driver", "auto", "how packets are carried: auto, vnet, wireguard or water")
	return cmd
}
