package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"sallyport/conf"
)

// ConfigError says why a configuration is refused. Nothing was changed.
type ConfigError struct {
	Message string // a line for each of Places, if there are any
	Places  []Place
}

// Place is a fault in a file.
type Place struct {
	File    string `json:"file"`
	Line    int    `json:"line"`   // from 1
	Column  int    `json:"column"` // from 1, in bytes
	Message string `json:"message"`
}

func (e *ConfigError) Error() string { return e.Message }

// configError returns err as a ConfigError, if it is the fault of a
// configuration.
func configError(err error) (*ConfigError, bool) {
	var c *ConfigError
	var faults conf.Errors
	switch {
	case errors.As(err, &c):
		return c, true
	case errors.As(err, &faults):
		c = &ConfigError{Message: faults.Error()}
		for _, f := range faults {
			c.Places = append(c.Places, Place{f.File, f.Line, f.Column, f.Message})
		}
		return c, true
	}
	return nil, false
}

// Reload asks for the file to be read again. An error that is a *ConfigError
// says what is wrong with it.
func (c *Client) Reload(ctx context.Context, o Consent) (r Reloaded, err error) {
	return r, c.tell(ctx, "/v1/reload", o, &r)
}

func (s *Server) postReload(w http.ResponseWriter, r *http.Request) {
	var o Consent
	if !s.told(w, r, &o) {
		return
	}
	done, err := s.backend.Reload(o, peer(r))
	s.writeChange(w, done.tidy(), err)
}

// writeChange answers what was to change the configuration.
func (s *Server) writeChange(w http.ResponseWriter, done any, err error) {
	if err == nil {
		s.writeObject(w, http.StatusOK, done)
		return
	}
	code := http.StatusConflict
	if _, ok := configError(err); ok {
		code = http.StatusUnprocessableEntity
	}
	s.writeError(w, code, err)
}

// told reads the body of a request; without one, what is left out is zero. If it
// cannot, it answers and reports false.
func (s *Server) told(w http.ResponseWriter, r *http.Request, into any) bool {
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil && !errors.Is(err, io.EOF) {
		s.writeError(w, http.StatusBadRequest, fmt.Errorf("the request's body: %w", err))
		return false
	}
	return true
}
