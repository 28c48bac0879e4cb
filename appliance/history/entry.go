package history

import (
	"slices"
	"time"

	"sallyport/conf"
)

// State is what became of a configuration.
type State string

const (
	Confirmed   State = "confirmed"   // it was meant to stay
	Unconfirmed State = "unconfirmed" // it waits for that
	Reverted    State = "reverted"    // nobody said so in time, or somebody said the opposite
)

// Entry is one configuration that was put in force.
type Entry struct {
	Number  int       `json:"number"` // from 1, never used again
	At      time.Time `json:"at"`
	UID     uint32    `json:"uid"`
	User    string    `json:"user"`
	What    string    `json:"what"` // start, reload, commit or rollback
	Comment string    `json:"comment"`
	State   State     `json:"state"`
	// Files are the configuration, as conf.Settings.Files has it: the first is the
	// one that the others are included by.
	Files []File `json:"files"`
}

// File is a conf.File as it is kept.
type File struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// Kept returns files as they are kept.
func Kept(files []conf.File) (list []File) {
	for _, f := range files {
		list = append(list, File{f.Name, string(f.Text)})
	}
	return list
}

// Files returns what is kept as conf.ParseFiles takes it.
func Files(list []File) (files []conf.File) {
	for _, f := range list {
		files = append(files, conf.File{Name: f.Name, Text: []byte(f.Text)})
	}
	return files
}

// Same reports whether two configurations are the same to the letter.
func Same(a, b []File) bool { return slices.Equal(a, b) }

// Pending is a configuration that is in force and not final.
type Pending struct {
	Entry int       `json:"entry"`
	Base  int       `json:"base"` // what is to be put back
	Until time.Time `json:"until"`
	// Final: it is to stay, and its files are being written: a crash left only some
	// of them.
	Final bool `json:"final"`
}
