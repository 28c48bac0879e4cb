package control

import (
	"context"
	"net/http"
)

// Question is about a packet: in words, or in hex.
type Question struct {
	In     string `json:"in"`     // side it arrives on
	Packet string `json:"packet"` // in words, see conf.ParseProbe
	Hex    string `json:"hex"`    // instead: its bytes
}

// Explanation is what would become of a packet.
type Explanation struct {
	In      string   `json:"in"`
	Packet  string   `json:"packet"`  // as it arrives
	Verdict string   `json:"verdict"` // accept, drop, reject or hold
	Reason  string   `json:"reason"`  // a netstack.Reason; empty if it is not refused
	Rule    string   `json:"rule"`    // that decides, or let its session in; empty: none does
	Session uint64   `json:"session"` // 0: none, or one that it begins
	Out     string   `json:"out"`     // inside, outside or self; empty if it does not leave
	Leaves  string   `json:"leaves"`  // as it leaves
	Answer  string   `json:"answer"`  // what its sender gets back; empty: nothing
	File    string   `json:"file"`    // the configuration; empty: none
	Assumed []string `json:"assumed"` // what was made up without a look at a machine
	Steps   []Step   `json:"steps"`
}

// Step is a stage of a packet's way.
type Step struct {
	Stage      string       `json:"stage"`
	Passed     bool         `json:"passed"` // the packet went on
	Text       string       `json:"text"`
	Considered []Considered `json:"considered"` // rules or translations in order
}

// Considered is a rule or a translation that was looked at.
type Considered struct {
	Name    string `json:"name"`
	Matched bool   `json:"matched"`
	Why     string `json:"why"` // its first condition that the packet does not meet
}

// Explain asks what would become of a packet.
func (c *Client) Explain(ctx context.Context, q Question) (x Explanation, err error) {
	return x, c.tell(ctx, "/v1/explain", q, &x)
}

func (s *Server) postExplain(w http.ResponseWriter, r *http.Request) {
	var q Question
	if !s.told(w, r, &q) {
		return
	}
	x, err := s.backend.Explain(q)
	if err != nil {
		s.writeError(w, http.StatusBadRequest, err)
		return
	}
	s.writeObject(w, http.StatusOK, x.tidy())
}

// tidy makes lists of what is not there.
func (x Explanation) tidy() Explanation {
	if x.Assumed == nil {
		x.Assumed = []string{}
	}
	for i := range x.Steps {
		if x.Steps[i].Considered == nil {
			x.Steps[i].Considered = []Considered{}
		}
	}
	return x
}
