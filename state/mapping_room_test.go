package state

import (
	"fmt"
	"testing"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

// TestIndexOfMappingsIsFilledToTheLastEntry: a mapping that may need three entries
// is refused where there are not three, and not before. What is left over depends
// on the size of the table.
func TestIndexOfMappingsIsFilledToTheLastEntry(t *testing.T) {
	for most := 100; most < 106; most++ {
		p := behaving(ad, ad)
		p.Choice = netstack.RandomPort
		r := newNATRig(t, p)
		r.Table = NewTable(Limits{MaxSessions: most}, DefaultTimeouts(), Seed{1})
		refused := 0
		for i := range most {
			left := r.mappings.room - r.mappings.entries
			m, _ := r.send(inside, nettest.UDP(fmt.Sprintf("10.1.0.5:%d", i+1), "1.1.1.1:53"))
			if m.Session == 0 {
				refused++
			}
			if (m.Session != 0) != (left >= 3) || r.mappings.entries > r.mappings.room {
				t.Fatalf("of %d sessions: with room for %d entries, got session %d, and there is room for %d now",
					most, left, m.Session, r.mappings.room-r.mappings.entries)
			}
		}
		if refused == 0 {
			t.Errorf("of %d sessions none was refused", most)
		}
	}
}
