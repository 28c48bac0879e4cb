package draw

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"sallyport/integration/bench/result"
)

// plot is how a part is shown.
type plot struct {
	title string
	kind  func(*result.Run, string, plot) []byte
	unit  string   // of the measurements shown; all if empty
	log   bool     // the axis of values
	less  []string // ends of the names of measurements that are not shown
}

var plotOf = map[string]plot{
	"tcp":         {"TCP goodput, as a ratio to kernel nftables", ratios, "", false, nil},
	"udp":         {"Datagrams forwarded, as a ratio to kernel nftables", ratios, "kpps", false, []string{"received", "sent"}},
	"connections": {"Connections a second, as a ratio to kernel nftables", ratios, "", false, nil},
	"latency":     {"Round trip in microseconds", values, "", true, []string{"p99.9"}},
	"rules":       {"New flows among so many rules, thousands a second", sizes, "kpps", false, nil},
	"sessions":    {"Packets of so many sessions, thousands a second", sizes, "kpps", false, nil},
	"packets":     {"A packet through the engine, nanoseconds", values, "ns", true, nil},
}

// plots draws all whose parts have been measured.
func plots(dir string) error {
	for _, file := range []string{"results", "peers"} {
		r, err := load(dir, file)
		if err != nil {
			return err
		}
		for _, part := range r.Parts() {
			p, ok := plotOf[part]
			if !ok {
				continue
			}
			if err := os.WriteFile(filepath.Join(dir, part+".svg"), p.kind(r, part, p), 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}

// shown are the measurements of a part that its plot has.
func (p plot) shown(r *result.Run, part string) (names []string) {
	for _, name := range r.Names(part) {
		left := slices.ContainsFunc(p.less, func(end string) bool { return strings.HasSuffix(name, end) })
		if !left && (p.unit == "" || unit(r, part, name) == p.unit) {
			names = append(names, name)
		}
	}
	return names
}

// ratios are bars of each contender's ratio to the base.
func ratios(r *result.Run, part string, p plot) []byte {
	return grouped(r, part, p, func(s *result.Series, name string) (result.Summary, bool) {
		return s.Against(r.Find(part, name, base(r, part)))
	})
}

// values are bars of what was measured.
func values(r *result.Run, part string, p plot) []byte {
	return grouped(r, part, p, func(s *result.Series, _ string) (result.Summary, bool) { return s.Values(), true })
}

func grouped(r *result.Run, part string, p plot, value func(*result.Series, string) (result.Summary, bool)) []byte {
	c := chart{title: p.title, log: p.log, contenders: r.Contenders(part)}
	for _, name := range p.shown(r, part) {
		g := group{label: name}
		for i, contender := range c.contenders {
			if s := r.Find(part, name, contender); s != nil {
				if v, ok := value(s, name); ok {
					g.points = append(g.points, point{i, v})
				}
			}
		}
		c.groups = append(c.groups, g)
	}
	return c.bars()
}

// sizes are lines over measurements whose names are numbers.
func sizes(r *result.Run, part string, p plot) []byte {
	c := chart{title: p.title, log: p.log, contenders: r.Contenders(part)}
	for _, name := range p.shown(r, part) {
		x, err := strconv.ParseFloat(strings.TrimSpace(name), 64)
		if err != nil {
			continue
		}
		g := group{label: name, x: x}
		for i, contender := range c.contenders {
			if s := r.Find(part, name, contender); s != nil {
				g.points = append(g.points, point{i, s.Values()})
			}
		}
		c.groups = append(c.groups, g)
	}
	return c.lines()
}
