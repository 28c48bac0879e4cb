// Package result keeps what a benchmark run has measured: every sample with its
// round, and the machine, kernel, date and commit that it belongs to. Tables and
// plots are made from it alone, so that they can be drawn again without measuring.
package result

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Baseline is the contender that the others are compared to.
const Baseline = "kernel nftables"

// Run is one run of the benchmark, and what its file has.
type Run struct {
	Machine Machine   `json:"machine"`
	Date    time.Time `json:"date"`
	Commit  string    `json:"commit"`
	Rounds  int       `json:"rounds"`
	Seconds int       `json:"seconds"`         // of one measurement
	Took    int       `json:"took"`            // seconds of all
	Load    [2]string `json:"load"`            // of the machine, before and after
	Steal   string    `json:"steal,omitempty"` // % of all cores' time meanwhile that the host gave to others
	Series  []Series  `json:"series"`
	Missing []Missing `json:"missing,omitempty"`
}

// Series is what one contender had in one measurement, round by round.
type Series struct {
	Part      string   `json:"part"`
	Name      string   `json:"name"`
	Unit      string   `json:"unit"`
	Contender string   `json:"contender"`
	Samples   []Sample `json:"samples"`
}

// Sample is one measured value.
type Sample struct {
	Round int     `json:"round"`
	Value float64 `json:"value"`
}

// Missing is what could not be measured.
type Missing struct {
	Part      string `json:"part"`
	Contender string `json:"contender"`
	Why       string `json:"why"`
}

// Add keeps a value.
func (r *Run) Add(round int, s Series, value float64) {
	at := slices.IndexFunc(r.Series, func(t Series) bool {
		return t.Part == s.Part && t.Name == s.Name && t.Contender == s.Contender
	})
	if at < 0 {
		at, r.Series = len(r.Series), append(r.Series, s)
	}
	r.Series[at].Samples = append(r.Series[at].Samples, Sample{round, value})
}

// Miss remembers once that something could not be measured.
func (r *Run) Miss(m Missing) {
	same := func(o Missing) bool { return o.Part == m.Part && o.Contender == m.Contender }
	if !slices.ContainsFunc(r.Missing, same) {
		r.Missing = append(r.Missing, m)
	}
}

// Find returns a contender's series, and nil if there is none.
func (r *Run) Find(part, name, contender string) *Series {
	for i, s := range r.Series {
		if s.Part == part && s.Name == name && s.Contender == contender {
			return &r.Series[i]
		}
	}
	return nil
}

// Names returns the measurements of a part in the order they were taken in.
func (r *Run) Names(part string) (names []string) {
	for _, s := range r.Series {
		if s.Part == part && !slices.Contains(names, s.Name) {
			names = append(names, s.Name)
		}
	}
	return names
}

// Contenders returns those of a part in the order they were measured in.
func (r *Run) Contenders(part string) (all []string) {
	for _, s := range r.Series {
		if s.Part == part && !slices.Contains(all, s.Contender) {
			all = append(all, s.Contender)
		}
	}
	return all
}

// Load reads a run's file.
func Load(path string) (*Run, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	r := new(Run)
	return r, json.Unmarshal(text, r)
}

// Store writes a run's file, whole or not at all, and makes its directory.
func (r *Run) Store(path string) error {
	text, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(path+".new", append(text, '\n'), 0o644); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// Parts returns all parts in the order they were measured in.
func (r *Run) Parts() (all []string) {
	for _, s := range r.Series {
		if !slices.Contains(all, s.Part) {
			all = append(all, s.Part)
		}
	}
	return all
}
