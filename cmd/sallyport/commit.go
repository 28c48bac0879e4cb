package main

import (
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"sallyport/appliance/control"
	"sallyport/conf"
)

// changeOptions are what the flags of commit and rollback say.
type changeOptions struct {
	confirm time.Duration
	comment string
	yes     bool
}

func (o *changeOptions) flags(cmd *cobra.Command) {
	cmd.Flags().DurationVar(&o.confirm, "confirm", 0, "take it back after so long, such as 2m, unless \"sallyport confirm\" comes")
	cmd.Flags().StringVar(&o.comment, "comment", "", "why, for the history")
	cmd.Flags().BoolVar(&o.yes, "yes", false, "even if that cuts somebody's login session off")
}

// seconds is the time to confirm, rounded up.
func (o *changeOptions) seconds() (int64, error) {
	if o.confirm < 0 {
		return 0, usagef("--confirm %v is in the past", o.confirm)
	}
	return int64((o.confirm + time.Second - 1) / time.Second), nil
}

func commitCommand(c *cli) *cobra.Command {
	var o changeOptions
	cmd := c.listing(&cobra.Command{
		Use:   "commit [FILE]",
		Short: "Put a configuration in force and keep it",
		Long: `Put a configuration in force, write it to the file that the firewall was started
with, and keep it in the history. Without FILE it is that file as it is on disk.

With --confirm it is taken back after that time unless "sallyport confirm" comes,
also if the firewall is killed or the machine restarts meanwhile: so nobody locks
himself out. Nothing is written to the firewall's file before it is confirmed.

A fault changes nothing: all are printed, and the exit code is 2.`,
		Example: "  sallyport commit new.toml --confirm 2m --comment 'let the lan print'\n  sallyport confirm",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			seconds, err := o.seconds()
			if err != nil {
				return err
			}
			files, err := filesOf(args)
			if err != nil {
				return err
			}
			done, err := c.client().Commit(cmd.Context(), control.Commit{Files: files, Confirm: seconds, Comment: o.comment, Yes: o.yes})
			return c.printCommitted(&done, err)
		},
	})
	o.flags(cmd)
	return cmd
}

// filesOf reads a configuration with what it includes, and checks it, so that
// what is wrong is told whether or not a firewall runs.
func filesOf(args []string) (files []control.File, err error) {
	if len(args) == 0 {
		return nil, nil
	}
	s, err := load(args[0], conf.Load)
	if err != nil {
		return nil, err
	}
	for _, f := range s.Files {
		name, err := filepath.Abs(f.Name)
		if err != nil {
			return nil, err
		}
		files = append(files, control.File{Name: name, Text: string(f.Text)})
	}
	return files, nil
}

func confirmCommand(c *cli) *cobra.Command {
	return c.listing(&cobra.Command{
		Use:   "confirm",
		Short: "Keep the commit that waits to be confirmed",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			done, err := c.client().Confirm(cmd.Context())
			return c.printCommitted(&done, err)
		},
	})
}

// printCommitted says what became of a change.
func (c *cli) printCommitted(done *control.Committed, err error) error {
	if err != nil || c.json {
		return c.objectUnless(err, done)
	}
	c.warn(done.Warnings)
	switch done.State {
	case "unconfirmed":
		c.printf("%s, %s\n", numbered("in force", done.Number), policyLine(&done.Policy))
		c.printf("taken back in %s unless \"sallyport confirm\" comes\n", span(done.Until.Sub(c.now()).Round(time.Second)))
	case "reverted":
		c.printf("%s, %s\n", numbered("taken back", done.Number), policyLine(&done.Policy))
	default:
		c.printf("%s, %s\n", numbered("in force and kept", done.Number), policyLine(&done.Policy))
	}
	return nil
}

func numbered(what string, n int) string {
	if n == 0 {
		return what
	}
	return fmt.Sprintf("%s: number %d", what, n)
}
