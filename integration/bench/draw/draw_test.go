package draw

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"sallyport/integration/bench/result"
)

// sample is a run of two rounds in which ours does half of what the kernel does.
func sample() *result.Run {
	r := new(result.Run)
	add := func(part, name, unit, contender string, values ...float64) {
		for round, v := range values {
			r.Add(round, result.Series{Part: part, Name: name, Unit: unit, Contender: contender}, v)
		}
	}
	for part := range plotOf {
		for i, name := range []string{"10", "1000"} {
			unit := plotOf[part].unit
			if unit == "" {
				unit = "Gbit/s"
			}
			add(part, name, unit, result.Baseline, 10*float64(i+1), 12)
			add(part, name, unit, "ours <&>", 5*float64(i+1), 6)
		}
	}
	add("udp", "lost", "%", "ours <&>", 3)
	return r
}

func TestTableComparesToTheKernel(t *testing.T) {
	var out strings.Builder
	table(&out, sample(), "udp")
	for _, want := range []string{
		"| | 10, kpps | 1000, kpps | lost, % |\n|---|---|---|---|\n",
		"| kernel nftables | **12.0** (1.00; 0.83–1.00) |",
		"| ours <&> | **6.00** (0.50; 0.50–0.50) |",
		"| 3.00 (3.00–3.00) |\n",
		"| – |\n", // the kernel's loss
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, &out)
		}
	}
}

func TestPlotsAreWellFormed(t *testing.T) {
	r := sample()
	for part, p := range plotOf {
		svg := p.kind(r, part, p)
		for d := xml.NewDecoder(bytes.NewReader(svg)); ; {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v\n%s", part, err, svg)
			}
		}
		if text := string(svg); strings.Contains(text, "NaN") || strings.Contains(text, "Inf") || !strings.Contains(text, "ours &lt;&amp;&gt;") {
			t.Errorf("%s:\n%s", part, svg)
		}
	}
}

// TestHigherIsFurtherUp holds the axes.
func TestHigherIsFurtherUp(t *testing.T) {
	for _, a := range []axis{{0, 10, false}, {1, 10000, true}} {
		if a.y(a.low) != bottom || a.y(a.high) != top || a.y(3) <= a.y(4) {
			t.Errorf("%+v: %v at %v, %v at %v", a, a.low, a.y(a.low), a.high, a.y(a.high))
		}
	}
}

func TestNothingMeasuredIsDrawnAsNothing(t *testing.T) {
	filled, err := Fill("<!-- figures: results tcp -->\n<!-- end -->", t.TempDir())
	if err != nil || !strings.Contains(filled, "Not measured yet.") {
		t.Errorf("%q, %v", filled, err)
	}
}

// TestPageIsWhatTheResultsSay: nobody has to believe a figure that is not in the
// results.
func TestPageIsWhatTheResultsSay(t *testing.T) {
	page, err := os.ReadFile("../../../docs/benchmarks.md")
	if err != nil {
		t.Fatal(err)
	}
	filled, err := Fill(string(page), "../../../docs/benchmarks")
	if err != nil {
		t.Fatal(err)
	}
	if filled != string(page) {
		t.Error("docs/benchmarks.md is not what docs/benchmarks/*.json say: go run ./integration/bench -draw")
	}
	if strings.Count(filled, "<!-- figures: ") < 10 {
		t.Error("docs/benchmarks.md has hardly any places for figures")
	}
}
