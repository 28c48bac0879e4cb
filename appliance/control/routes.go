package control

import (
	_ "embed"
	"net/http"
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

func getOpenAPI(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/yaml")
	w.Write(openAPI)
}
