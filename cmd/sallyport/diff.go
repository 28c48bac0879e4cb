package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"sallyport/appliance/control"
)

func diffCommand(c *cli) *cobra.Command {
	number := 0
	cmd := c.listing(&cobra.Command{
		Use:   "diff [FILE]",
		Short: "Say what a configuration would change",
		Long: `Compare a configuration with the one in force, in rules, lists and settings, not
in lines: what was added, removed, changed and moved. Without FILE it is the
firewall's own file as it is on disk.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if number < 0 || number > 0 && len(args) > 0 {
				return usagef("either a file or --number of an entry of the history")
			}
			files, err := filesOf(args)
			if err != nil {
				return err
			}
			all, err := c.client().Diff(cmd.Context(), control.Compared{Files: files, Number: number})
			if err != nil {
				return err
			}
			return c.printDiff(all)
		},
	})
	cmd.Flags().IntVar(&number, "number", 0, "compare with this entry of the history")
	return cmd
}

func (c *cli) printDiff(all []control.Difference) error {
	if c.json {
		return objects(c, all)
	}
	for i := range all {
		c.printDifference(&all[i])
	}
	if len(all) == 0 {
		c.printf("no difference\n")
	}
	return nil
}

// marks begin a line, as people know them.
var marks = map[string]string{"added": "+", "removed": "-", "changed": "~", "moved": ">"}

func (c *cli) printDifference(d *control.Difference) {
	head := strings.TrimSpace(d.Kind + " " + d.Name)
	switch {
	case d.Kind == "setting":
		head = fmt.Sprintf("%s: %s -> %s", d.Name, valueOf(d.Was, "value"), valueOf(d.Is, "value"))
	case d.Change == "moved":
		head += fmt.Sprintf(" moved from %s to %s", valueOf(d.Was, "number"), valueOf(d.Is, "number"))
	case d.Was["number"] != nil:
		head += " was number " + valueOf(d.Was, "number")
	case d.Is["number"] != nil:
		head += " is number " + valueOf(d.Is, "number")
	}
	color := map[string]string{"added": green, "removed": red}[d.Change]
	c.printf("%s\n", c.paint(orElse(color, yellow), marks[d.Change]+" "+printable(head)))
	if d.Kind == "setting" || d.Change == "moved" {
		return
	}
	for _, key := range keysOf(d) {
		c.printf("    %s\n", printable(lineOf(d, key)))
	}
}

// lineOf says what became of one key.
func lineOf(d *control.Difference, key string) string {
	_, was := d.Was[key]
	_, is := d.Is[key]
	switch {
	case key == "entries" && d.Change == "changed":
		return fmt.Sprintf("without %s, with %s", valueOf(d.Was, key), valueOf(d.Is, key))
	case was && is:
		return fmt.Sprintf("%s: %s -> %s", key, valueOf(d.Was, key), valueOf(d.Is, key))
	case d.Change == "changed" && was:
		return fmt.Sprintf("%s: %s -> not said", key, valueOf(d.Was, key))
	case d.Change == "changed":
		return fmt.Sprintf("%s: not said -> %s", key, valueOf(d.Is, key))
	case was:
		return fmt.Sprintf("%s = %s", key, valueOf(d.Was, key))
	}
	return fmt.Sprintf("%s = %s", key, valueOf(d.Is, key))
}

// keysOf are the keys that there is something to say of.
func keysOf(d *control.Difference) []string {
	keys := maps.Clone(d.Was)
	if keys == nil {
		keys = map[string]any{}
	}
	maps.Copy(keys, d.Is)
	if d.Change != "changed" {
		delete(keys, "number")
	}
	return slices.Sorted(maps.Keys(keys))
}

// valueOf writes a value as it stands in the file.
func valueOf(m map[string]any, key string) string {
	v, there := m[key]
	if !there {
		return "not said"
	}
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return strings.ReplaceAll(string(b), `","`, `", "`)
}
