package main

import (
	"context"

	"github.com/spf13/cobra"

	"sallyport/appliance/control"
)

// listCommand is a command that asks for a list and prints it.
func listCommand[T any](c *cli, use, short string, ask func(*control.Client, context.Context) ([]T, error), print func([]T)) *cobra.Command {
	return c.listing(&cobra.Command{
		Use:   use,
		Short: short,
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			all, err := ask(c.client(), cmd.Context())
			switch {
			case err != nil:
				return err
			case c.json:
				return objects(c, all)
			}
			print(all)
			return nil
		},
	})
}

func objects[T any](c *cli, all []T) error {
	for _, v := range all {
		if err := c.object(v); err != nil {
			return err
		}
	}
	return nil
}

// objectUnless writes v unless there is an error.
func (c *cli) objectUnless(err error, v any) error {
	if err != nil {
		return err
	}
	return c.object(v)
}
