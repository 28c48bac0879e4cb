package result

import (
	"path/filepath"
	"reflect"
	"testing"
	"time"
)

// series has these values in rounds 0, 1 and so on.
func series(r *Run, contender string, values ...float64) *Series {
	for round, v := range values {
		r.Add(round, Series{Part: "tcp", Name: "8 streams", Unit: "Gbit/s", Contender: contender}, v)
	}
	return r.Find("tcp", "8 streams", contender)
}

// TestRatiosAreTakenRoundByRound: a round in which the machine was busy has both
// slow, and the same ratio as the others.
func TestRatiosAreTakenRoundByRound(t *testing.T) {
	var r Run
	series(&r, Baseline, 10, 2, 12)
	ours := series(&r, "ours", 5, 1, 9)
	got, ok := ours.Against(r.Find("tcp", "8 streams", Baseline))
	if want := (Summary{0.5, 0.5, 0.75}); !ok || got != want {
		t.Errorf("ratios %v, %v, want %v", got, ok, want)
	}
	if got, want := ours.Values(), (Summary{5, 1, 9}); got != want {
		t.Errorf("values %v, want %v", got, want)
	}
}

func TestMedianOfAnEvenNumberIsBetween(t *testing.T) {
	if got, want := Summarize([]float64{4, 1, 2, 9}), (Summary{3, 1, 9}); got != want {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestRoundsThatOnlyOneHasAreNotCompared(t *testing.T) {
	var r Run
	base, ours := series(&r, Baseline, 10), new(Run)
	ours.Add(1, Series{Contender: "ours"}, 5)
	if _, ok := ours.Series[0].Against(base); ok {
		t.Error("round 1 was compared to round 0")
	}
	if _, ok := ours.Series[0].Against(nil); ok {
		t.Error("something was compared to nothing")
	}
}

func TestFileHasAllThatWasMeasured(t *testing.T) {
	r := Run{Machine: Here(), Date: time.Now().UTC().Truncate(time.Second), Commit: "abc", Rounds: 2, Seconds: 1, Load: [2]string{"0.1", "1.9"}, Steal: "0.3"}
	series(&r, Baseline, 10, 11)
	for range 2 {
		r.Miss(Missing{"tcp", "passt", "not installed"})
	}
	if len(r.Missing) != 1 || r.Machine.Cores == 0 || r.Machine.Kernel == "" || r.Machine.MemoryGB == 0 {
		t.Errorf("missing %v on %+v", r.Missing, r.Machine)
	}
	path := filepath.Join(t.TempDir(), "new", "results.json")
	if err := r.Store(path); err != nil {
		t.Fatal(err)
	}
	got, err := Load(path)
	if err != nil || !reflect.DeepEqual(*got, r) {
		t.Errorf("stored %+v, loaded %+v, %v", r, got, err)
	}
}
