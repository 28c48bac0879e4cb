package control

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// filter reads the filter of a request. If it is none, it answers and reports
// false.
func (s *Server) filter(w http.ResponseWriter, r *http.Request) (f Filter, ok bool) {
	f, err := ParseFilter(r.URL.Query().Get("filter"))
	if err != nil {
		s.writeError(w, http.StatusBadRequest, err)
	}
	return f, err == nil
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
