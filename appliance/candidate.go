package appliance

import (
	"errors"
	"slices"

	"sallyport/appliance/control"
	"sallyport/appliance/history"
	"sallyport/conf"
)

// candidate is a configuration to be committed.
type candidate struct {
	sent     []history.File // under the names that they came with
	files    []history.File // and that they are to have on disk
	settings *conf.Settings // what they say
}

// candidate reads the files to be committed; none: the one on disk. What is wrong
// with them is told by the names they came with.
func (a *Appliance) candidate(sent []control.File) (candidate, error) {
	if len(sent) == 0 {
		s, err := a.readFile()
		if err != nil {
			return candidate{}, err
		}
		files := history.Kept(s.Files)
		return candidate{files, files, s}, refusedFor(history.Below(files))
	}
	files := make([]history.File, len(sent))
	for i, f := range sent {
		files[i] = history.File{Name: f.Name, Text: f.Text}
	}
	if c, ok := a.sound(files); ok {
		return c, nil
	}
	s, err := a.from.parse(files)
	if err != nil {
		return candidate{}, err
	}
	c := candidate{sent: history.Kept(s.Files)}
	if c.files, err = history.Moved(c.sent, a.from.File); err != nil {
		return c, refusedFor(err)
	}
	c.settings, err = a.from.parse(c.files)
	return c, c.named(err)
}

// sound reads files under the names that they are to have, and no others, as most
// can be. It is not ok if there is anything to say about them.
func (a *Appliance) sound(sent []history.File) (c candidate, ok bool) {
	moved, err := history.Moved(sent, a.from.File)
	if err != nil {
		return c, false
	}
	s, err := a.from.parse(moved)
	if err != nil || len(s.Files) != len(sent) {
		return c, false
	}
	c = candidate{files: history.Kept(s.Files), settings: s}
	for _, f := range c.files {
		at := slices.IndexFunc(moved, func(m history.File) bool { return m.Name == f.Name })
		c.sent = append(c.sent, sent[at])
	}
	return c, true
}

// named has the faults of err name the files as they came: what is on disk under
// the other names is something else, and stays.
func (c *candidate) named(err error) error {
	var faults conf.Errors
	errors.As(err, &faults)
	for i := range faults {
		at := slices.IndexFunc(c.files, func(f history.File) bool { return f.Name == faults[i].File })
		if at >= 0 {
			faults[i].File = c.sent[at].Name
		}
	}
	return err
}

// refusedFor makes an error one of the configuration.
func refusedFor(err error) error {
	if err == nil {
		return nil
	}
	return &control.ConfigError{Message: err.Error()}
}
