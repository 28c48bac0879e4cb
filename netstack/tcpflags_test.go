package netstack_test

import (
	"testing"

	"gvisor.dev/gvisor/pkg/tcpip/header"

	. "sallyport/netstack"
	"sallyport/netstack/nettest"
)

func TestValidTCPFlags(t *testing.T) {
	valid := map[string]bool{
		"S": true, "SP": true, "SU": true, "SEC": true, "SA": true, "SAP": true, "SAE": true,
		"R": true, "RA": true, "RP": true, "RAP": true, "A": true, "PA": true, "AU": true, "FA": true, "FAU": true, "FPA": true,
		"": false, "P": false, "U": false, "F": false, "FU": false, "FPU": false, "SF": false, "SFA": false, "SR": false,
		"SRA": false, "FR": false, "FRA": false, "RU": false, "RAU": false, "SAU": false, "FSRPAUEC": false, "EC": false,
	}
	for letters, want := range valid {
		p := nettest.TCP(in4, out4, nettest.Flags(letters)).Parse(t, Inside)
		if got := ValidTCPFlags(p.TCPFlags); got != want {
			t.Errorf("%q: got %v", letters, got)
		}
	}
	count := 0
	for f := range 256 {
		if ValidTCPFlags(header.TCPFlags(f)) {
			count++
		}
	}
	if count != 9*8 { // nine combinations, each with and without PSH, ECE, CWR
		t.Errorf("%d of 256 combinations are valid, want 72", count)
	}
}
