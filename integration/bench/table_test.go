package main

import (
	"strings"
	"testing"
)

func TestTableComparesMediansToTheFirstRow(t *testing.T) {
	kernel, ours := row{name: "kernel"}, row{name: "ours"}
	for i := range measurements {
		kernel.samples[i] = []float64{10, 90, 8} // the odd one does not count
		ours.samples[i] = []float64{5, 1, 7}
	}
	var out strings.Builder
	table{kernel, ours}.print(&out)
	for _, want := range []string{"10.00 (1.00)", "5.00 (0.50)"} {
		if got := strings.Count(out.String(), want); got != len(measurements) {
			t.Errorf("%q is there %d times, want %d:\n%s", want, got, len(measurements), &out)
		}
	}
}
