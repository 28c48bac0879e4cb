package main

import (
	"github.com/spf13/cobra"

	"sallyport/appliance"
	"sallyport/appliance/doctor"
)

func doctorCommand(c *cli) *cobra.Command {
	var from source
	cmd := c.listing(&cobra.Command{
		Use:   "doctor",
		Short: "Say why the firewall would not work here, and what to do",
		Long: `Look at this machine, or container, and say why the firewall would not work on
it, each thing with what to do about it. With a configuration, or --inside and
--outside, those interfaces are looked at too.

Nothing is changed; a TUN device is made for a moment, to see that it can be.
The exit code is 1 if something would not work.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			facts, err := c.facts(cmd, from)
			if err != nil {
				return err
			}
			findings := doctor.Judge(facts)
			if err := c.printFindings(findings); err != nil {
				return err
			}
			if doctor.Failed(findings) {
				return errSilent
			}
			return nil
		},
	})
	from.flags(cmd)
	return cmd
}

// facts are what the doctor sees; with a configuration file, of its interfaces
// and in the light of its policy.
func (c *cli) facts(cmd *cobra.Command, from source) (*doctor.Facts, error) {
	subject := doctor.Subject{Inside: from.inside, Outside: from.outside, Socket: c.socket}
	if from.config == "" {
		return doctor.Gather(cmd.Context(), subject), nil
	}
	s, err := from.settings()
	if err != nil {
		return nil, err
	}
	subject.Inside, subject.Outside = s.Interfaces()
	if !cmd.Flags().Changed("socket") {
		subject.Socket = s.Control.Socket
	}
	facts := doctor.Gather(cmd.Context(), subject)
	if lines, err := appliance.Lockout(s); err == nil { // an error is of an interface, which a finding tells
		facts.CutOff = lines
	}
	return facts, nil
}

var levelColors = map[doctor.Level]string{doctor.OK: green, doctor.Warn: yellow, doctor.Fail: red}

func (c *cli) printFindings(findings []doctor.Finding) error {
	if c.json {
		return objects(c, findings)
	}
	for _, f := range findings {
		level := c.paint(levelColors[f.Level], string(f.Level)) + "    "[len(f.Level):]
		c.printf("%s  %s: %s\n", level, f.Name, f.Found)
		if f.Fix != "" {
			c.printf("      -> %s\n", f.Fix)
		}
	}
	return nil
}
