package control

import (
	_ "embed"
	"errors"
	"net/http"
	"slices"
	"time"
)

//go:embed openapi.yaml
var openAPI []byte

// route is one thing that can be asked for.
type route struct {
	method, path string
	handle       http.HandlerFunc
}

func (s *Server) routes() []route {
	return []route{
		{"GET", "/v1/status", s.getStatus},
		{"GET", "/v1/sessions", s.getSessions},
		{"DELETE", "/v1/sessions", s.deleteSessions},
		{"GET", "/v1/stats", func(w http.ResponseWriter, _ *http.Request) { writeLines(s, w, s.backend.Stats()) }},
		{"GET", "/v1/rules", func(w http.ResponseWriter, _ *http.Request) { writeLines(s, w, tidyRules(s.backend.Rules())) }},
		{"GET", "/v1/stats/asymmetric", func(w http.ResponseWriter, _ *http.Request) { writeLines(s, w, s.backend.Asymmetric()) }},
		{"GET", "/v1/nat", s.getMappings},
		{"GET", "/v1/nat/addresses", func(w http.ResponseWriter, _ *http.Request) { writeLines(s, w, tidyExternals(s.backend.Externals())) }},
		{"GET", "/v1/fragments", func(w http.ResponseWriter, _ *http.Request) { writeLines(s, w, tidyDatagrams(s.backend.Fragments())) }},
		{"GET", "/v1/timeouts", func(w http.ResponseWriter, _ *http.Request) { writeLines(s, w, s.backend.Timeouts()) }},
		{"POST", "/v1/reload", s.postReload},
		{"POST", "/v1/commit", s.postCommit},
		{"POST", "/v1/confirm", s.postConfirm},
		{"POST", "/v1/rollback", s.postRollback},
		{"GET", "/v1/history", s.getHistory},
		{"GET", "/v1/history/files", s.getHistoryFiles},
		{"POST", "/v1/diff", s.postDiff},
		{"POST", "/v1/explain", s.postExplain},
		{"GET", "/v1/openapi.yaml", getOpenAPI},
	}
}

func (s *Server) mux() *http.ServeMux {
	mux := http.NewServeMux()
	for _, r := range s.routes() {
		mux.HandleFunc(r.method+" "+r.path, r.handle)
	}
	return mux
}

func (s *Server) getStatus(w http.ResponseWriter, _ *http.Request) {
	s.writeObject(w, http.StatusOK, s.backend.Status().tidy())
}

func getOpenAPI(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/yaml")
	w.Write(openAPI)
}

// filter reads the filter of a request. If it is none, it answers and reports
// false.
func (s *Server) filter(w http.ResponseWriter, r *http.Request) (f Filter, ok bool) {
	f, err := ParseFilter(r.URL.Query().Get("filter"))
	if err != nil {
		s.writeError(w, http.StatusBadRequest, err)
	}
	return f, err == nil
}

func (s *Server) getSessions(w http.ResponseWriter, r *http.Request) {
	f, ok := s.filter(w, r)
	if !ok {
		return
	}
	lines := s.lines(w)
	now := time.Now()
	s.backend.Sessions(func(session Session) bool {
		return !f.Match(&session, now) || lines.put(session.tidy())
	})
	lines.flush()
}

var errNoFilter = errors.New(`a filter must say which sessions; "all" is every one`)

func (s *Server) deleteSessions(w http.ResponseWriter, r *http.Request) {
	f, ok := s.filter(w, r)
	switch {
	case !ok:
		return
	case f.match == nil:
		s.writeError(w, http.StatusBadRequest, errNoFilter)
		return
	}
	n := s.kill(f)
	peer(r).Log(s.log.Info()).Str("filter", r.URL.Query().Get("filter")).Int("killed", n).Msg("sessions killed")
	s.writeObject(w, http.StatusOK, Killed{n})
}

// kill lists first and kills then: a listing promises nothing about a table
// that its reader changes.
func (s *Server) kill(f Filter) (n int) {
	var ids []uint64
	now := time.Now()
	s.backend.Sessions(func(session Session) bool {
		if f.Match(&session, now) {
			ids = append(ids, session.ID)
		}
		return true
	})
	for id := range slices.Values(ids) {
		if s.backend.Kill(id) {
			n++
		}
	}
	return n
}
