package control_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
	"time"

	"sallyport/appliance/control"
	"sallyport/appliance/control/controltest"
)

// TestFilterAgainstReference renders random expressions as text and asks that
// the compiled filter agrees with the expression itself, on random sessions.
func TestFilterAgainstReference(t *testing.T) {
	const seed = 7
	r := rand.New(rand.NewPCG(seed, seed))
	var sessions []control.Session
	for range 200 {
		sessions = append(sessions, randomSession(r))
	}
	matched := 0
	for range 2000 {
		e := randomExpression(r, 4)
		f, err := control.ParseFilter(e.text)
		if err != nil {
			t.Fatalf("seed %d: %q: %v", seed, e.text, err)
		}
		for i := range sessions {
			want := e.holds(&sessions[i])
			if want {
				matched++
			}
			if f.Match(&sessions[i], controltest.Noon) != want {
				t.Fatalf("seed %d: %q on %+v: want %v", seed, e.text, sessions[i], want)
			}
		}
	}
	if total := 2000 * len(sessions); matched < total/10 || matched > total*9/10 {
		t.Errorf("%d of %d matched: the expressions decide too little", matched, total)
	}
}

// expression is a filter's text with its meaning, made together.
type expression struct {
	text  string
	holds func(*control.Session) bool
	level int // 0 or, 1 and, 2 not or term: what needs parentheses
}

func randomExpression(r *rand.Rand, depth int) expression {
	if depth == 0 || r.IntN(4) == 0 {
		return randomTerm(r)
	}
	a, b := randomExpression(r, depth-1), randomExpression(r, depth-1)
	switch r.IntN(3) {
	case 0:
		or := pick(r, " or ", "||", " OR ")
		return expression{a.at(0) + or + b.at(0), func(s *control.Session) bool { return a.holds(s) || b.holds(s) }, 0}
	case 1:
		and := pick(r, " and ", "&&", " ")
		return expression{a.at(1) + and + b.at(1), func(s *control.Session) bool { return a.holds(s) && b.holds(s) }, 1}
	default:
		return expression{pick(r, "not ", "!") + a.at(2), func(s *control.Session) bool { return !a.holds(s) }, 2}
	}
}

// at is the text where an operator of that level stands beside it.
func (e expression) at(level int) string {
	if e.level < level {
		return "(" + e.text + ")"
	}
	return e.text
}

func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

func randomTerm(r *rand.Rand) expression {
	n := r.IntN(4)
	bits := 8 * (1 + r.IntN(4))
	p := netip.PrefixFrom(randomAddr(r), bits).Masked()
	in := p.Contains
	terms := []expression{
		{fmt.Sprintf("src %v", p), func(s *control.Session) bool { return in(s.Original.Src) }, 2},
		{fmt.Sprintf("dst = %v", p), func(s *control.Session) bool { return in(s.Original.Dst) }, 2},
		{fmt.Sprintf("reply dst %v", p), func(s *control.Session) bool { return in(s.Reply.Dst) }, 2},
		{fmt.Sprintf("net %v", p), func(s *control.Session) bool {
			return in(s.Original.Src) || in(s.Original.Dst) || in(s.Reply.Src) || in(s.Reply.Dst)
		}, 2},
		{fmt.Sprintf("dport %d-%d", n, n+1), func(s *control.Session) bool {
			return int(s.Original.Dport) == n || int(s.Original.Dport) == n+1
		}, 2},
		{fmt.Sprintf("sport != %d", n), func(s *control.Session) bool { return int(s.Original.Sport) != n }, 2},
		{fmt.Sprintf("port %d", n), func(s *control.Session) bool {
			o, y, p := s.Original, s.Reply, uint16(n)
			return o.Sport == p || o.Dport == p || y.Sport == p || y.Dport == p
		}, 2},
		{pick(r, "proto tcp", "tcp", "proto 6"), func(s *control.Session) bool { return s.Protocol == "tcp" }, 2},
		{fmt.Sprintf("packets >= %d", n), func(s *control.Session) bool { return s.Packets[0]+s.Packets[1] >= uint64(n) }, 2},
		{fmt.Sprintf("age < %dm", n), func(s *control.Session) bool {
			return s.Started.After(controltest.Noon.Add(-time.Duration(n) * time.Minute))
		}, 2},
		{"(nat)", func(s *control.Session) bool { return s.NAT != "" }, 2},
		{`rule "` + strings.Repeat("a", n) + `"`, func(s *control.Session) bool { return s.Rule == strings.Repeat("a", n) }, 2},
	}
	return terms[r.IntN(len(terms))]
}

// randomAddr comes from 256 addresses, so that prefixes of any length decide.
func randomAddr(r *rand.Rand) netip.Addr {
	b := func() byte { return byte(r.IntN(4)) }
	return netip.AddrFrom4([4]byte{10 + b(), b(), b(), b()})
}

func randomSession(r *rand.Rand) control.Session {
	half := func() control.Tuple {
		return control.Tuple{Src: randomAddr(r), Dst: randomAddr(r), Sport: uint16(r.IntN(5)), Dport: uint16(r.IntN(5)), In: "inside"}
	}
	return control.Session{
		Protocol: pick(r, "tcp", "udp"), Original: half(), Reply: half(),
		Rule: strings.Repeat("a", r.IntN(4)), NAT: pick(r, "", "internet"),
		Started: controltest.Noon.Add(-time.Duration(r.IntN(240)) * time.Second),
		Packets: [2]uint64{uint64(r.IntN(3)), uint64(r.IntN(3))},
	}
}
