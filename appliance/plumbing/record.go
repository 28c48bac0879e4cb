package plumbing

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"
)

// recordName is the file in the run directory that outlives a killed run.
const recordName = "plumbing.json"

// record is what was there before: what Undo puts back. It is written before
// anything is changed, so that a later start can undo what a killed run did; it
// is believed only if something of that run is still installed in the same
// namespace.
type record struct {
	Namespace string            `json:"namespace"`
	Devices   []deviceRecord    `json:"devices,omitempty"`
	Sysctls   map[string]string `json:"sysctls,omitempty"`
	Added     []addressRecord   `json:"added_addresses,omitempty"`

	dir string // "": not kept
}

// deviceRecord is a device's settings as they were.
type deviceRecord struct {
	Index    int         `json:"index"`
	Settings settings    `json:"settings,omitempty"`
	TUN      *linkRecord `json:"tun,omitempty"`
}

// linkRecord is the state of a TUN device as it was; it matters for one that
// outlives the process.
type linkRecord struct {
	Up          bool  `json:"up"`
	MTU         int   `json:"mtu"`
	AddrGenMode uint8 `json:"addr_gen_mode"`
}

type addressRecord struct {
	Index   int          `json:"index"`
	Address netip.Prefix `json:"address"`
}

// namespaceID names the network namespace of the calling thread.
func namespaceID() (string, error) {
	var s unix.Stat_t
	if err := unix.Stat("/proc/thread-self/ns/net", &s); err != nil {
		return "", fmt.Errorf("network namespace: %w", err)
	}
	return fmt.Sprintf("%d:%d", s.Dev, s.Ino), nil
}

// newRecord starts an empty record, kept in dir.
func newRecord(dir string) (*record, error) {
	id, err := namespaceID()
	return &record{Namespace: id, Sysctls: map[string]string{}, dir: dir}, err
}

// load takes over what a killed run has written, and reports whether there is
// any that speaks of this namespace.
func (r *record) load() (bool, error) {
	b, err := os.ReadFile(r.path())
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	var old record
	if err := json.Unmarshal(b, &old); err != nil {
		return false, fmt.Errorf("%s: %w", r.path(), err)
	}
	if old.Namespace != r.Namespace {
		return false, nil
	}
	r.Devices, r.Added = old.Devices, old.Added
	for name, value := range old.Sysctls {
		r.Sysctls[name] = value
	}
	return true, nil
}

func (r *record) path() string { return filepath.Join(r.dir, recordName) }

// save writes the record, whole or not at all.
func (r *record) save() error {
	if r.dir == "" {
		return nil
	}
	b, err := json.MarshalIndent(r, "", "\t")
	if err != nil {
		return err
	}
	next := r.path() + ".new"
	if err := os.WriteFile(next, b, 0o600); err != nil {
		return err
	}
	return os.Rename(next, r.path())
}

// remove forgets the record: all of it has been put back.
func (r *record) remove() error {
	r.Devices, r.Added = nil, nil
	clear(r.Sysctls)
	if r.dir == "" {
		return nil
	}
	if err := os.Remove(r.path()); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// device returns the entry of a device, made if needed.
func (r *record) device(index int) *deviceRecord {
	i := slices.IndexFunc(r.Devices, func(d deviceRecord) bool { return d.Index == index })
	if i < 0 {
		i = len(r.Devices)
		r.Devices = append(r.Devices, deviceRecord{Index: index})
	}
	return &r.Devices[i]
}

// note remembers settings of a device as they were before the first change.
func (d *deviceRecord) note(was settings) {
	if d.Settings == nil {
		d.Settings = settings{}
	}
	for s, value := range was {
		if _, known := d.Settings[s]; !known {
			d.Settings[s] = value
		}
	}
}
