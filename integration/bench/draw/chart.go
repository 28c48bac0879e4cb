package draw

import (
	"bytes"
	"fmt"
	"html"
	"math"

	"sallyport/integration/bench/result"
)

// chart has a value of each contender in each group.
type chart struct {
	title      string
	contenders []string
	groups     []group
	log        bool
}

type group struct {
	label  string
	x      float64
	points []point
}

type point struct {
	contender int
	result.Summary
}

// Where things are, in pixels.
const (
	width, left, right = 900, 52, 12
	top, plotHeight    = 34, 260
	bottom             = top + plotHeight
	legendLine         = 20
)

const style = `<style>
text { font: 12px system-ui, sans-serif; fill: #24292f } .title { font-size: 14px; font-weight: 600 }
.grid { stroke: #8c959f; stroke-opacity: .35 } .one { stroke: #8c959f; stroke-dasharray: 4 3 } .spread { stroke: #24292f; stroke-opacity: .7 }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .spread { stroke: #e6edf3 } }
</style>
`

// canvas writes an SVG.
type canvas struct {
	bytes.Buffer
	axis axis
}

func (c *chart) canvas() *canvas {
	rows := (len(c.contenders) + legendColumns - 1) / legendColumns
	height := bottom + 44 + rows*legendLine
	w := &canvas{axis: c.axis()}
	fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="%s">`+"\n"+style, width, height, html.EscapeString(c.title))
	fmt.Fprintf(w, `<text class="title" x="%d" y="18">%s</text>`+"\n", left, html.EscapeString(c.title))
	for _, v := range w.axis.ticks() {
		y := w.axis.y(v)
		fmt.Fprintf(w, `<line class="%s" x1="%d" y1="%.1f" x2="%d" y2="%.1f"/><text x="%d" y="%.1f" text-anchor="end">%s</text>`+"\n",
			map[bool]string{true: "one", false: "grid"}[v == 1 && !c.log], left, y, width-right, y, left-6, y+4, tick(v))
	}
	c.legend(w)
	return w
}

const legendColumns = 4

func (c *chart) legend(w *canvas) {
	for i, name := range c.contenders {
		x := left + i%legendColumns*(width-left-right)/legendColumns
		y := bottom + 44 + i/legendColumns*legendLine
		fmt.Fprintf(w, `<rect x="%d" y="%d" width="12" height="12" rx="2" fill="%s"/><text x="%d" y="%d">%s</text>`+"\n",
			x, y-10, c.hue(i), x+18, y, html.EscapeString(name))
	}
}

func (w *canvas) end() []byte {
	fmt.Fprintln(w, "</svg>")
	return w.Bytes()
}

// spread is how far the rounds reach.
func (w *canvas) spread(x float64, s result.Summary) {
	fmt.Fprintf(w, `<line class="spread" x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f"/>`+"\n", x, w.axis.y(s.Low), x, w.axis.y(s.High))
}

// bars draws a bar for each value, group by group.
func (c *chart) bars() []byte {
	w := c.canvas()
	room := float64(width-left-right) / float64(max(1, len(c.groups)))
	bar := math.Min(room*0.86/float64(max(1, len(c.contenders))), 34)
	for i, g := range c.groups {
		middle := left + room*(float64(i)+0.5)
		x := middle - bar*float64(len(g.points))/2
		for _, p := range g.points {
			y := w.axis.y(p.Median)
			fmt.Fprintf(w, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"><title>%s, %s: %s</title></rect>`+"\n",
				x+bar*0.06, y, bar*0.88, bottom-y, c.hue(p.contender), html.EscapeString(c.contenders[p.contender]), html.EscapeString(g.label), figure(p.Median))
			w.spread(x+bar/2, p.Summary)
			x += bar
		}
		w.label(middle, g.label)
	}
	return w.end()
}

func (w *canvas) label(x float64, text string) {
	fmt.Fprintf(w, `<text x="%.1f" y="%d" text-anchor="middle">%s</text>`+"\n", x, bottom+18, html.EscapeString(text))
}

// lines draws a line for each contender over the groups' sizes, which grow by
// factors.
func (c *chart) lines() []byte {
	w := c.canvas()
	if len(c.groups) == 0 {
		return w.end()
	}
	first, last := math.Log(c.groups[0].x), math.Log(c.groups[len(c.groups)-1].x)
	at := func(g group) float64 {
		return left + 40 + (math.Log(g.x)-first)/math.Max(last-first, 1)*(width-left-right-80)
	}
	for i := range c.contenders {
		c.line(w, i, at)
	}
	for _, g := range c.groups {
		w.label(at(g), g.label)
	}
	return w.end()
}

func (c *chart) line(w *canvas, contender int, at func(group) float64) {
	var path bytes.Buffer
	for _, g := range c.groups {
		for _, p := range g.points {
			if p.contender != contender {
				continue
			}
			fmt.Fprintf(&path, "%.1f,%.1f ", at(g), w.axis.y(p.Median))
			fmt.Fprintf(w, `<circle cx="%.1f" cy="%.1f" r="4" fill="%s"><title>%s, %s: %s</title></circle>`+"\n",
				at(g), w.axis.y(p.Median), c.hue(contender), html.EscapeString(c.contenders[contender]), g.label, figure(p.Median))
			w.spread(at(g), p.Summary)
		}
	}
	fmt.Fprintf(w, `<polyline points="%s" fill="none" stroke="%s" stroke-width="2"/>`+"\n", bytes.TrimSpace(path.Bytes()), c.hue(contender))
}
