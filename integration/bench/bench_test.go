package main

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"time"

	"sallyport/integration/bench/result"
	"sallyport/integration/bench/traffic"
)

// TestMain is an agent where the benchmark has started one.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "agent" {
		os.Exit(traffic.Agent(os.Args[2:]))
	}
	os.Exit(m.Run())
}

// TestPartsMeasure takes the parts whose traffic is made here through the firewall
// once: that they find figures, not which; and that nothing illegal passes.
func TestPartsMeasure(t *testing.T) {
	need(t, "nft", "iperf3", "ip")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	o := options{seconds: 1, rounds: 1}
	binary, err := build(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	run := new(result.Run)
	ours := sallyport(binary, "vnet", t.TempDir())
	for _, p := range []part{
		{"connections", []contender{ours}, connections},
		{"illegal", []contender{ours}, illegal},
		{"sessions", []contender{nftables, ours}, func(t *turn) error { return t.amongSessions(1000) }},
		{"super-packets", []contender{forwarding, ours}, superPackets},
		{"latency", []contender{ours}, func(t *turn) error {
			if err := t.begin(setup{logged: true}); err != nil {
				return err
			}
			core, _ := traffic.OwnCores() // one alone is enough here
			return t.roundTrip("together", core.First, core.First)
		}},
	} {
		for _, c := range p.contenders {
			o.take(ctx, run, 0, p, c)
		}
	}
	for _, m := range run.Missing {
		t.Errorf("%s, %s: %s", m.Part, m.Contender, m.Why)
	}
	for _, s := range run.Series {
		if v := s.Values().Median; s.Name == "passed" && v != 0 {
			t.Errorf("%v %% of what is illegal passed", v)
		} else if s.Unit != "%" && v <= 0 {
			t.Errorf("%s, %s, %s: %v", s.Part, s.Name, s.Contender, v)
		}
	}
	if len(run.Series) < 8 {
		t.Errorf("%d figures: %+v", len(run.Series), run.Series)
	}
}

// TestLossIsOfWhatWasSent: more may come than iperf3 counts, as it asks first.
func TestLossIsOfWhatWasSent(t *testing.T) {
	for _, c := range []struct{ sent, forwarded, lost float64 }{{200, 150, 25}, {200, 200, 0}, {200, 201, 0}, {0, 0, 100}} {
		if got := (delivery{1, c.sent, c.forwarded, 0}).lost(); got != c.lost {
			t.Errorf("%v of %v forwarded: %v %% lost, want %v", c.forwarded, c.sent, got, c.lost)
		}
	}
}

// TestInterruptedIsAnError: an interrupted benchmark says so, and its Lab is gone.
func TestInterruptedIsAnError(t *testing.T) {
	need(t, "nft", "iperf3", "ip")
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(300*time.Millisecond, cancel)
	o := options{seconds: 60, rounds: 1, drivers: []string{"vnet"}, only: []string{"tcp"}, binary: "/nonexistent", limit: time.Minute}
	begun := time.Now()
	if err := o.rounded(ctx, t.TempDir(), new(result.Run)); err == nil {
		t.Error("an interrupted benchmark ended well")
	}
	if took := time.Since(begun); took > 20*time.Second {
		t.Errorf("it ended after %v", took)
	}
}

// need skips the test where it cannot run, and says why.
func need(t *testing.T, tools ...string) {
	t.Helper()
	skip := t.Skipf
	if os.Getenv("SALLYPORT_REQUIRE") != "" {
		skip = t.Fatalf
	}
	if os.Getuid() != 0 {
		skip("not root: network namespaces and TUN devices cannot be made")
	}
	for _, tool := range tools {
		if _, err := exec.LookPath(tool); err != nil {
			skip("%s is not installed: run integration/setup.sh", tool)
		}
	}
}
