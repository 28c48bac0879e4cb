package appliance

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"

	"sallyport/appliance/durable"
	"sallyport/appliance/forward"
	"sallyport/state"
)

// counted is a forward.Hit as it outlives the process.
type counted struct {
	Hits     uint64    `json:"hits"`
	Sessions uint64    `json:"sessions"`
	Packets  uint64    `json:"packets"`
	Bytes    uint64    `json:"bytes"`
	First    time.Time `json:"first,omitzero"`
	Last     time.Time `json:"last,omitzero"`
}

// countersFile is the content of the file beside the snapshot.
type countersFile struct {
	Rules map[string]counted `json:"rules"`
}

// maxCounters bounds what is read of it, in bytes.
const maxCounters = 64 << 20

// countersPath is where the rules' counters are kept: beside the sessions.
func countersPath(snapshot string) string { return snapshot + ".counters" }

// recount has rules go on counting where the run before stopped. It never fails:
// they are numbers to look at.
func (a *Appliance) recount() error {
	snapshot := a.settings().State.Snapshot
	if snapshot == "" {
		return nil
	}
	path := countersPath(snapshot)
	f, err := readCounters(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		a.log.Warn().Err(err).Str("file", path).Msg("the rules' counters cannot be read; they begin anew")
		return nil
	}
	hits := make(map[string]forward.Hit, len(f.Rules))
	for name, c := range f.Rules {
		hits[name] = forward.Hit{Hits: c.Hits, Sessions: c.Sessions, Packets: c.Packets, Bytes: c.Bytes,
			First: a.instant(c.First), Last: a.instant(c.Last)}
	}
	a.engine.SetHits(hits)
	return nil
}

// instant is the opposite of wall.
func (a *Appliance) instant(t time.Time) state.Instant { return state.Instant(t.Sub(a.started)) }

func readCounters(path string) (f countersFile, err error) {
	file, size, err := durable.Open(path)
	if err != nil {
		return f, err
	}
	defer file.Close()
	if size > maxCounters {
		return f, fmt.Errorf("larger than %d MiB", maxCounters>>20)
	}
	return f, json.NewDecoder(file).Decode(&f)
}

// saveCounters writes what the rules have counted so far.
func (a *Appliance) saveCounters(snapshot string) error {
	f := countersFile{Rules: map[string]counted{}}
	for name, h := range a.engine.Hits {
		c := counted{Hits: h.Hits, Sessions: h.Sessions, Packets: h.Packets, Bytes: h.Bytes}
		if h.Hits > 0 {
			c.First, c.Last = a.wall(h.First), a.wall(h.Last)
		}
		f.Rules[name] = c
	}
	return durable.Replace(countersPath(snapshot), func(w io.Writer) error { return json.NewEncoder(w).Encode(f) })
}
