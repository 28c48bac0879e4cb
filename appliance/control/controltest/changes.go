package controltest

import (
	"time"

	"sallyport/appliance/control"
	"sallyport/conf"
)

// Reload finds two faults unless it is given consent.
func (b *Backend) Reload(o control.Consent, _ control.Peer) (control.Reloaded, error) {
	if !o.Yes {
		return control.Reloaded{}, conf.Errors{
			{File: "/etc/sallyport.toml", Line: 7, Column: 12, Message: `unknown service "htps"; did you mean "https"?`},
			{File: "/etc/sallyport.toml", Line: 12, Column: 1, Message: "action is missing"},
		}
	}
	return control.Reloaded{Policy: b.Status().Policy, Milliseconds: 8}, nil
}

// Commit waits to be confirmed if it is to be.
func (b *Backend) Commit(o control.Commit, _ control.Peer) (control.Committed, error) {
	done := control.Committed{Number: 7, State: "confirmed", Policy: b.Status().Policy, Milliseconds: 12}
	if o.Confirm > 0 {
		done.State, done.Until = "unconfirmed", Noon.Add(time.Duration(o.Confirm)*time.Second)
	}
	return done, nil
}

// Confirm makes the seventh final.
func (b *Backend) Confirm(control.Peer) (control.Committed, error) {
	return control.Committed{Number: 7, State: "confirmed", Policy: b.Status().Policy}, nil
}

// Rollback takes back what waits, and has a stranger's file in its way.
func (b *Backend) Rollback(o control.Rollback, _ control.Peer) (control.Committed, error) {
	if o.Number > 3 {
		return control.Committed{}, &control.ConfigError{Message: "there is no such configuration"}
	}
	return control.Committed{Number: 7, State: "reverted", Policy: b.Status().Policy, Warnings: []string{"/etc/a.toml: left"}}, nil
}

// History has one of each state.
func (b *Backend) History() ([]control.Change, error) {
	files := []string{"/etc/sallyport.toml"}
	return []control.Change{
		{Number: 3, At: Noon.Add(-time.Minute), User: "root", What: "commit", State: "unconfirmed", InForce: true, Comment: "let the lan print", Files: files},
		{Number: 2, At: Noon.Add(-time.Hour), UID: 1000, User: "ann", What: "commit", State: "reverted", Files: files},
		{Number: 1, At: Noon.Add(-50 * time.Hour), User: "-", What: "start", State: "confirmed", Files: files},
	}, nil
}

// HistoryFiles has one file of each.
func (b *Backend) HistoryFiles(n int) ([]control.File, error) {
	return []control.File{{Name: "/etc/sallyport.toml", Text: "# the configuration\n"}}, nil
}

// Diff finds one of each change.
func (b *Backend) Diff([]control.File, int) ([]control.Difference, error) {
	return []control.Difference{
		{Kind: "rule", Name: "old", Change: "removed", Was: map[string]any{"number": 1, "action": "drop"}},
		{Kind: "rule", Name: "web", Change: "changed", Was: map[string]any{"service": []string{"http"}},
			Is: map[string]any{"service": []string{"http", "https"}, "log": true}},
		{Kind: "rule", Name: "dns", Change: "moved", Was: map[string]any{"number": 5}, Is: map[string]any{"number": 2}},
		{Kind: "nat", Name: "www", Change: "added", Is: map[string]any{"number": 2, "type": "dnat"}},
		{Kind: "addresses", Name: "lan", Change: "changed", Was: map[string]any{"entries": []string{"10.2.0.0/24"}}, Is: map[string]any{"entries": []string{}}},
		{Kind: "setting", Name: "state.max_sessions", Change: "changed", Was: map[string]any{"value": 1000}, Is: map[string]any{"value": 2000}},
	}, nil
}
