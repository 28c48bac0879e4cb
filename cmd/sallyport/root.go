package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

// defaultSocket is where a firewall listens unless told otherwise.
const defaultSocket = "/run/sallyport/sallyport.sock"

var commands = []func(*cli) *cobra.Command{
	runCommand, demoCommand,
	checkCommand, doctorCommand, fmtCommand, schemaCommand, explainCommand,
	reloadCommand, diffCommand, commitCommand, confirmCommand, rollbackCommand, historyCommand,
	statusCommand, sessionsCommand, rulesCommand, natCommand, statsCommand, fragmentsCommand, timeoutsCommand,
	versionCommand,
}

func (c *cli) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "sallyport",
		Short: "A firewall between two networks, in one process",
		Long: `A firewall between two networks, in one process: two TUN devices with a loop
between them, stateful filtering and NAT, and nothing in the kernel's filter.

Start one with:    sallyport run --inside eth0 --outside eth1
See if it can:     sallyport doctor
See it at work:    sallyport status, sallyport sessions

Every flag can be given in the environment too: --log-level as
SALLYPORT_LOG_LEVEL. The flag wins.

Exit codes: 0 fine, 1 failed, 2 wrong usage or configuration, 3 not running.`,
		SilenceErrors:     true,
		SilenceUsage:      true,
		PersistentPreRunE: c.prepare,
	}
	root.PersistentFlags().StringVar(&c.socket, "socket", defaultSocket, "the running firewall's control socket")
	for _, command := range commands {
		root.AddCommand(command(c))
	}
	return root
}

// prepare is the last step before a command runs: what fails until its end is
// wrong usage.
func (c *cli) prepare(cmd *cobra.Command, _ []string) error {
	if err := fromEnvironment(cmd, c.getenv); err != nil {
		return err
	}
	c.ready = true
	return nil
}

// listing gives a command the flag that all listings have.
func (c *cli) listing(cmd *cobra.Command) *cobra.Command {
	cmd.Flags().BoolVar(&c.json, "json", false, "print an object a line")
	return cmd
}

// oneArg asks for exactly one argument and says what it is.
func oneArg(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 {
			return fmt.Errorf("wants %s: sallyport %s", what, cmd.Use)
		}
		return nil
	}
}
