// Package draw makes tables and plots of what a benchmark run measured: Markdown,
// and SVG that is legible on a light and on a dark page. The same results give the
// same bytes.
package draw
