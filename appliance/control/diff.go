package control

import (
	"context"
	"net/http"
)

// Compared is what Diff is to compare with what is in force: Files, an entry of
// the history, or if neither is said the file on disk.
type Compared struct {
	Files  []File `json:"files"`
	Number int    `json:"number"`
}

// Difference is something that differs between the configuration in force and
// another.
type Difference struct {
	Kind   string `json:"kind"`   // rule, nat, addresses, services ... or setting
	Name   string `json:"name"`   // of the rule or the list; of a setting its key
	Change string `json:"change"` // added, removed, changed or moved
	// Was and Is are what stands there, and for what is changed only the keys that
	// differ; places in the list for what moved.
	Was map[string]any `json:"was"`
	Is  map[string]any `json:"is"`
}

// Diff asks what differs.
func (c *Client) Diff(ctx context.Context, with Compared) (all []Difference, err error) {
	return all, c.tell(ctx, "/v1/diff", with, &all)
}

func (s *Server) postDiff(w http.ResponseWriter, r *http.Request) {
	var with Compared
	if !s.told(w, r, &with) {
		return
	}
	all, err := s.backend.Diff(with.Files, with.Number)
	s.writeChange(w, tidyDifferences(all), err)
}

func tidyDifferences(all []Difference) []Difference {
	all = append([]Difference{}, all...)
	for i := range all {
		for _, m := range []*map[string]any{&all[i].Was, &all[i].Is} {
			if *m == nil {
				*m = map[string]any{}
			}
		}
	}
	return all
}
