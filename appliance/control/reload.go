package control

import (
	"context"
	"net/http"
)

// Consent is what a change of the configuration may do.
type Consent struct {
	Yes bool `json:"yes"` // cut login sessions off
}

// Reloaded is a configuration that was put in force.
type Reloaded struct {
	Policy       PolicyStatus `json:"policy"`
	Milliseconds int64        `json:"milliseconds"` // that it took
	Warnings     []string     `json:"warnings"`     // of what is no fault and perhaps not meant
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

func (r Reloaded) tidy() Reloaded {
	r.Warnings = append([]string{}, r.Warnings...)
	return r
}
