package draw

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"slices"
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
		"| kernel nftables | **11.0** (1.00; 0.91–1.09) |",
		"| ours <&> | **5.50** (0.50; 0.50–0.50) |",
		"| 3.00 (3.00–3.00) |\n",
		"| – |\n", // the kernel's loss
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, &out)
		}
	}
}

// TestNoiseIsTheKernelsOwn: 10 and 12 are 18 % of 11 apart, 20 and 12 are half of 16.
func TestNoiseIsTheKernelsOwn(t *testing.T) {
	var out strings.Builder
	r := sample()
	r.Add(0, result.Series{Part: "udp", Name: "steady", Unit: "kpps", Contender: result.Baseline}, 7)
	r.Add(1, result.Series{Part: "udp", Name: "steady", Unit: "kpps", Contender: result.Baseline}, 7)
	scatter(&out, r, "udp")
	if want := "\nNoise: the rounds of kernel nftables itself lie 18 % apart in the middle column, and 50 % at most (1000).\n"; out.String() != want {
		t.Errorf("%q, want %q", &out, want)
	}
	once := new(result.Run)
	once.Add(0, result.Series{Part: "udp", Name: "64 bytes", Unit: "kpps", Contender: result.Baseline}, 7)
	out.Reset()
	if scatter(&out, once, "udp"); out.Len() > 0 {
		t.Errorf("of one round: %s", &out)
	}
}

// TestStealIsSaidWhereItIsKnown: runs of before have none.
func TestStealIsSaidWhereItIsKnown(t *testing.T) {
	for steal, want := range map[string]string{
		"":    "load 1 before and 2 after.\n",
		"0.4": "load 1 before and 2 after, 0.4 % of the cores' time taken by other guests of the host (steal).\n",
	} {
		var out strings.Builder
		machine(&out, &result.Run{Rounds: 1, Load: [2]string{"1", "2"}, Steal: steal})
		if !strings.HasSuffix(out.String(), want) {
			t.Errorf("%q does not end with %q", &out, want)
		}
	}
}

func TestPlotLeavesOutWhatItsTableHas(t *testing.T) {
	r := new(result.Run)
	for _, name := range []string{"apart, p50", "apart, p99", "apart, p99.9"} {
		r.Add(0, result.Series{Part: "latency", Name: name, Unit: "µs", Contender: result.Baseline}, 7)
	}
	if got := plotOf["latency"].shown(r, "latency"); !slices.Equal(got, []string{"apart, p50", "apart, p99"}) {
		t.Errorf("shown: %q", got)
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
