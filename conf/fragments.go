package conf

import (
	"time"

	"sallyport/state"
)

// readFragments reads [state.fragments].
func readFragments(v value, l *state.FragmentLimits) {
	v.read([]field{
		{"max_bytes", func(v value) { v.setInt(&l.MaxBytes, 0, state.MaxFragmentBytes) }},
		{"max_datagrams", func(v value) { v.setInt(&l.MaxDatagrams, 0, state.MaxFragmentDatagrams) }},
		{"per_source", func(v value) { v.setInt(&l.PerSource, 1, state.MaxFragmentDatagrams) }},
		{"timeout", func(v value) { v.setDuration(&l.Timeout, time.Second, state.MaxFragmentTimeout) }},
	})
}
