package main

import (
	"bytes"
	"errors"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"sallyport/appliance/durable"
	"sallyport/conf"
)

func fmtCommand(c *cli) *cobra.Command {
	write, check := false, false
	cmd := &cobra.Command{
		Use:   "fmt FILE...",
		Short: "Lay out configuration files as they are best read",
		Long: `Print configuration files as they are best read: keys that follow each other are
aligned, sections have a blank line before them. Comments and the order stay, and
so does the meaning. --write changes the files instead; --check only names those
that it would change, and exits with 1 if there is one.`,
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case len(args) == 0:
				return errors.New("wants configuration files, as in: sallyport fmt FILE")
			case write && check:
				return errors.New("--write and --check exclude one another")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return c.formatAll(args, write, check) },
	}
	cmd.Flags().BoolVarP(&write, "write", "w", false, "change the files")
	cmd.Flags().BoolVar(&check, "check", false, "only name the files that would change")
	return cmd
}

func (c *cli) formatAll(files []string, write, check bool) error {
	other := false
	for _, file := range files {
		changed, err := c.format(file, write, check)
		if err != nil {
			return err
		}
		other = other || changed
	}
	if check && other {
		return errSilent
	}
	return nil
}

// format lays one file out, or with check only names it, and reports whether that
// changes it.
func (c *cli) format(file string, write, check bool) (changed bool, err error) {
	was, err := os.ReadFile(file)
	var missing *fs.PathError
	if errors.As(err, &missing) {
		return false, usagef("%s: %v", file, missing.Err)
	}
	is, err := conf.Format(file, was)
	if err != nil {
		return false, err
	}
	changed = !bytes.Equal(was, is)
	switch {
	case check && changed:
		c.printf("%s\n", file)
	case check || write && !changed:
	case write:
		err = durable.Rewrite(file, is)
	default:
		_, err = c.out.Write(is)
	}
	return changed, err
}
