package appliance

import (
	"sallyport/appliance/control"
	"sallyport/appliance/diff"
	"sallyport/appliance/history"
	"sallyport/conf"
)

// Diff implements control.Backend.
func (a *Appliance) Diff(sent []control.File, number int) ([]control.Difference, error) {
	if a.from.Read == nil {
		return nil, errNoFile
	}
	other, err := a.other(sent, number)
	if err != nil {
		return nil, err
	}
	is, err := conf.Written(other...)
	if err != nil {
		return nil, err
	}
	was, err := conf.Written(a.inForce.Load().read.Files...)
	if err != nil {
		return nil, err
	}
	return diff.Of(was, is), nil
}

// other returns what is to be compared with what is in force.
func (a *Appliance) other(sent []control.File, number int) ([]conf.File, error) {
	switch {
	case number != 0:
		e, err := a.committing.store.Get(number)
		return history.Files(e.Files), refusedFor(err)
	case len(sent) == 0:
		s, err := a.readFile()
		if err != nil {
			return nil, err
		}
		return s.Files, nil
	}
	var files []conf.File
	for _, f := range sent {
		files = append(files, conf.File{Name: f.Name, Text: []byte(f.Text)})
	}
	if _, err := conf.ParseFiles(files...); err != nil {
		return nil, err
	}
	return files, nil
}
