package control

import (
	"bufio"
	"encoding/json"
	"errors"
	"net/http"
	"time"
)

const (
	objectType = "application/json"
	linesType  = "application/x-ndjson"
	chunk      = 32 << 10
)

// Fault is the body of every answer that is not a success.
type Fault struct {
	Error  string `json:"error"`
	Offset int    `json:"offset,omitempty"` // of a fault in a filter, in bytes
	Hint   string `json:"hint,omitempty"`   // what was probably meant
	Filter bool   `json:"filter,omitempty"` // the fault is in the filter
	Config bool   `json:"config,omitempty"` // the fault is in a configuration: nothing was changed
	// Places are the faults of a configuration that have a place in a file.
	Places []Place `json:"places,omitempty"`
}

func (s *Server) writeObject(w http.ResponseWriter, code int, v any) {
	s.hurry(w)
	w.Header().Set("Content-Type", objectType)
	w.WriteHeader(code)
	json.NewEncoder(w).Encode(v)
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

func (s *Server) writeError(w http.ResponseWriter, code int, err error) {
	fault := Fault{Error: err.Error()}
	var f *FilterError
	if errors.As(err, &f) {
		fault = Fault{Error: f.Message, Offset: f.Offset, Hint: f.Hint, Filter: true}
	}
	if c, ok := configError(err); ok {
		fault = Fault{Error: c.Message, Config: true, Places: c.Places}
	}
	s.writeObject(w, code, fault)
}

// moment is a time as the API says it.
func moment(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

func writeLines[T any](s *Server, w http.ResponseWriter, of []T) {
	lines := s.lines(w)
	for _, v := range of {
		if !lines.put(v) {
			return
		}
	}
	lines.flush()
}

// hurry gives the peer a fresh time to read in.
func (s *Server) hurry(w http.ResponseWriter) {
	http.NewResponseController(w).SetWriteDeadline(time.Now().Add(s.stall))
}

// lineWriter streams objects, a line each, in chunks. A peer that does not
// read a chunk in time is cut off.
type lineWriter struct {
	buffer  *bufio.Writer
	encoder *json.Encoder
	failed  bool
}

func (s *Server) lines(w http.ResponseWriter) *lineWriter {
	w.Header().Set("Content-Type", linesType)
	b := bufio.NewWriterSize(hurried{s, w}, chunk)
	return &lineWriter{buffer: b, encoder: json.NewEncoder(b)}
}

// put writes one object and reports whether the peer still listens.
func (l *lineWriter) put(v any) bool {
	l.failed = l.failed || l.encoder.Encode(v) != nil
	return !l.failed
}

func (l *lineWriter) flush() { l.buffer.Flush() }

// hurried is a response whose every chunk has its own deadline.
type hurried struct {
	server *Server
	http.ResponseWriter
}

func (h hurried) Write(b []byte) (int, error) {
	h.server.hurry(h.ResponseWriter)
	return h.ResponseWriter.Write(b)
}
