package main

import (
	"testing"

	"sallyport/appliance/control"
)

func TestAwaited(t *testing.T) {
	for want, d := range map[string]control.Datagram{
		"no ends":      {},
		"no first":     {Last: true},
		"no last":      {First: true},
		"gaps":         {First: true, Last: true},
		"frag-overlap": {First: true, Refused: "frag-overlap"},
	} {
		if got := awaited(&d); got != want {
			t.Errorf("%+v: %q, want %q", d, got, want)
		}
	}
}
