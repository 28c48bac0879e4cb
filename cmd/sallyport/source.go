package main

import (
	"errors"
	"io/fs"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"sallyport/conf"
)

// source says where a configuration comes from: a file, or two interfaces and
// the defaults.
type source struct {
	config, inside, outside string
	gateway                 []string
}

func (o *source) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.config, "config", "", "configuration file")
	cmd.Flags().StringVar(&o.inside, "inside", "", "interface of the inside, by name or by a subnet it is in")
	cmd.Flags().StringVar(&o.outside, "outside", "", "interface of the outside")
	cmd.Flags().StringSliceVar(&o.gateway, "gateway", nil, "address to take on the inside, so that clients keep their default route")
}

// check refuses what contradicts itself.
func (o *source) check() error {
	if o.config != "" && (o.inside+o.outside != "" || len(o.gateway) > 0) {
		return usagef("--config and --inside, --outside, --gateway exclude one another: the file names the interfaces")
	}
	return nil
}

// settings reads the file, or makes the settings of a run without one.
func (o *source) settings() (*conf.Settings, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	switch {
	case o.config != "":
		return load(o.config, conf.Load)
	case o.inside == "" || o.outside == "":
		return nil, usagef("nothing says which networks to stand between; give --inside IF --outside IF, or --config FILE")
	}
	s := conf.Defaults(o.inside, o.outside)
	for _, g := range o.gateway {
		if err := s.AddGateway(g); err != nil {
			return nil, usagef("--gateway %s: %v", g, err)
		}
	}
	return s, nil
}

func load(file string, read func(string) (*conf.Settings, error)) (*conf.Settings, error) {
	s, err := read(file)
	var missing *fs.PathError
	if errors.As(err, &missing) {
		return nil, usagef("%s: %v", file, missing.Err)
	}
	return s, err
}

// oneOf refuses a flag's value that is neither empty nor one of words.
func oneOf(flag, value string, words []string) error {
	if value == "" || slices.Contains(words, value) {
		return nil
	}
	return usagef("--%s %q is none of %s", flag, value, strings.Join(words, ", "))
}
