package control

import (
	"context"
	"fmt"
	"net/http"
	"time"
	"unicode/utf8"
)

// MaxComment is the longest comment on a change, in characters.
const MaxComment = 1000

// Commit is a configuration to be put in force and to be kept.
type Commit struct {
	// Files are it: the first is the main one. None: the file that the firewall was
	// started with, as it is on disk.
	Files   []File `json:"files"`
	Confirm int64  `json:"confirm"` // seconds after which it is taken back unless it is confirmed; 0: it stays
	Comment string `json:"comment"` // at most MaxComment characters
	Yes     bool   `json:"yes"`     // even if login sessions are cut off
}

// Rollback is a configuration of the history to be put in force again.
type Rollback struct {
	Number  int    `json:"number"`  // 0: the one before, or what was before a commit that waits to be confirmed
	Confirm int64  `json:"confirm"` // as in Commit, and so is Comment
	Comment string `json:"comment"`
	Yes     bool   `json:"yes"`
}

// Committed is a configuration that was put in force, taken back, or made final.
type Committed struct {
	Number       int          `json:"number"` // in the history; 0: it is not kept there
	State        string       `json:"state"`  // confirmed, unconfirmed or reverted
	Until        time.Time    `json:"until,omitzero"`
	Policy       PolicyStatus `json:"policy"`
	Milliseconds int64        `json:"milliseconds"`
	Warnings     []string     `json:"warnings"`
}

// PendingStatus is a commit that waits to be confirmed.
type PendingStatus struct {
	Number  int       `json:"number"`
	Until   time.Time `json:"until"`
	Left    int64     `json:"left"` // seconds
	User    string    `json:"user"`
	Comment string    `json:"comment"`
}

// Commit, Confirm and Rollback change what is in force and what the next start
// reads. An error that is a *ConfigError says what is wrong with what was asked.
func (c *Client) Commit(ctx context.Context, o Commit) (done Committed, err error) {
	return done, c.tell(ctx, "/v1/commit", o, &done)
}

func (c *Client) Confirm(ctx context.Context) (done Committed, err error) {
	return done, c.tell(ctx, "/v1/confirm", struct{}{}, &done)
}

func (c *Client) Rollback(ctx context.Context, o Rollback) (done Committed, err error) {
	return done, c.tell(ctx, "/v1/rollback", o, &done)
}

func (s *Server) postCommit(w http.ResponseWriter, r *http.Request) {
	var o Commit
	if !s.told(w, r, &o) || !s.sound(w, o.Confirm, o.Comment) {
		return
	}
	done, err := s.backend.Commit(o, peer(r))
	s.writeChange(w, done.tidy(), err)
}

// maxConfirm is the longest time to confirm, in seconds: a week.
const maxConfirm = 7 * 24 * 3600

// sound tests what a commit and a rollback say of themselves. If something is
// wrong, it answers and reports false.
func (s *Server) sound(w http.ResponseWriter, confirm int64, comment string) bool {
	var wrong string
	length := utf8.RuneCountInString(comment)
	switch {
	case confirm < 0 || confirm > maxConfirm:
		wrong = fmt.Sprintf("confirm within %d s is not between 1 s and a week", confirm)
	case length > MaxComment:
		wrong = fmt.Sprintf("a comment of %d characters is longer than %d: nothing was changed", length, MaxComment)
	default:
		return true
	}
	s.writeError(w, http.StatusUnprocessableEntity, &ConfigError{Message: wrong})
	return false
}

func (s *Server) postConfirm(w http.ResponseWriter, r *http.Request) {
	done, err := s.backend.Confirm(peer(r))
	s.writeChange(w, done.tidy(), err)
}

func (s *Server) postRollback(w http.ResponseWriter, r *http.Request) {
	var o Rollback
	if !s.told(w, r, &o) || !s.sound(w, o.Confirm, o.Comment) {
		return
	}
	done, err := s.backend.Rollback(o, peer(r))
	s.writeChange(w, done.tidy(), err)
}

func (c Committed) tidy() Committed {
	c.Until = moment(c.Until)
	c.Warnings = append([]string{}, c.Warnings...)
	return c
}
