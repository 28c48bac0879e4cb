package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// fromEnvironment sets each flag that was not given from the variable of its
// name: --log-level from SALLYPORT_LOG_LEVEL. An empty variable is none, so
// that a compose file can pass on what it was not given itself.
func fromEnvironment(cmd *cobra.Command, getenv func(string) string) error {
	var errs []error
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		value := getenv(variable(f.Name))
		if f.Changed || value == "" || f.Name == "help" {
			return
		}
		if err := cmd.Flags().Set(f.Name, value); err != nil {
			errs = append(errs, fmt.Errorf("%s=%q: %w", variable(f.Name), value, errors.Unwrap(err)))
		}
	})
	return errors.Join(errs...)
}

func variable(flag string) string {
	return "SALLYPORT_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}
