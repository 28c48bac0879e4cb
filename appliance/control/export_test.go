package control

import "time"

// SetStall shortens how long a peer may take to read a chunk.
func (s *Server) SetStall(d time.Duration) { s.stall = d }

// Routes returns every route as "METHOD path".
func Routes() (all []string) {
	for _, r := range new(Server).routes() {
		all = append(all, r.method+" "+r.path)
	}
	return all
}

// OpenAPI is the description of the API.
func OpenAPI() string { return string(openAPI) }
