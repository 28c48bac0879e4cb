package control

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// Change is an entry of the history.
type Change struct {
	Number  int       `json:"number"`
	At      time.Time `json:"at"`
	UID     uint32    `json:"uid"`
	User    string    `json:"user"`
	What    string    `json:"what"` // start, reload, commit or rollback
	Comment string    `json:"comment"`
	State   string    `json:"state"` // confirmed, unconfirmed or reverted
	InForce bool      `json:"in_force"`
	Files   []string  `json:"files"` // names
}

// File is one file of a configuration.
type File struct {
	Name string `json:"name"` // its path, which is absolute
	Text string `json:"text"`
}

// History asks for what was put in force, the newest first.
func (c *Client) History(ctx context.Context) ([]Change, error) {
	return list[Change](ctx, c, "/v1/history")
}

// HistoryFiles asks for the files of one of them.
func (c *Client) HistoryFiles(ctx context.Context, number int) ([]File, error) {
	return list[File](ctx, c, "/v1/history/files?number="+strconv.Itoa(number))
}

func (s *Server) getHistory(w http.ResponseWriter, _ *http.Request) {
	all, err := s.backend.History()
	if err != nil {
		s.writeChange(w, nil, err)
		return
	}
	writeLines(s, w, tidyChanges(all))
}

var errNoNumber = errors.New("say which configuration of the history: number=7")

func (s *Server) getHistoryFiles(w http.ResponseWriter, r *http.Request) {
	number, err := strconv.Atoi(r.URL.Query().Get("number"))
	if err != nil {
		s.writeError(w, http.StatusBadRequest, errNoNumber)
		return
	}
	files, err := s.backend.HistoryFiles(number)
	if err != nil {
		s.writeChange(w, nil, err)
		return
	}
	writeLines(s, w, files)
}

func tidyChanges(all []Change) []Change {
	all = slices.Clone(all)
	for i := range all {
		all[i].At = moment(all[i].At)
		all[i].Files = append([]string{}, all[i].Files...)
	}
	return all
}
