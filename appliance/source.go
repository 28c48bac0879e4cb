package appliance

import (
	"path/filepath"
	"slices"

	"sallyport/appliance/history"
	"sallyport/conf"
)

// Source is where settings come from, and how they are read again. The zero
// Source is no file.
type Source struct {
	File string // absolute path; "": none
	// Read reads the file, and Over puts before what it says whatever the caller
	// puts there, as flags do.
	Read func() (*conf.Settings, error)
	Over func(*conf.Settings)
}

// history is where the configurations of the file are kept; s may be nil, if the
// file cannot be read.
func (f Source) history(s *conf.Settings) *history.Store {
	switch {
	case s != nil && s.Control.History != "":
		return history.New(s.Control.History)
	case f.File == "":
		return nil
	}
	return history.New(f.File + ".history")
}

// parse makes settings of files, the first of which stands for Source.File.
func (f Source) parse(files []history.File) (*conf.Settings, error) {
	s, err := conf.ParseFiles(history.Files(files)...)
	if err != nil {
		return nil, err
	}
	s.File = f.File
	f.Over(s)
	return s, nil
}

// strays are files that the next start would read and that are not among those
// in force, of which s was read, or the other way round.
func (f Source) strays(s *conf.Settings, inForce []history.File) (names []string) {
	if len(s.Files) == len(inForce) && s.OnDisk() {
		return nil
	}
	s, err := f.Read()
	if err != nil {
		return []string{filepath.Base(f.File)}
	}
	on := history.Kept(s.Files)
	for _, file := range append(on, inForce...) {
		if !slices.Contains(inForce, file) || !slices.Contains(on, file) {
			if !slices.Contains(names, file.Name) {
				names = append(names, file.Name)
			}
		}
	}
	return names
}
