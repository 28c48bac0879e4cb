package state

import (
	"time"

	"sallyport/netstack"
)

// View is a copy of what is known of a session, for listings and logs.
type View struct {
	ID uint64
	// Original and Reply are how packets of the two directions look when they
	// arrive; Reply.In is the side the session goes out to.
	Original, Reply netstack.FlowKey
	State           string // as in "established", "time-wait"; "single" and "multiple" unless TCP
	Timer           Timer
	Rule            uint32
	Generation      uint32
	// DstRule and SrcRule are the translation rules at work, as in
	// netstack.Translation.
	DstRule, SrcRule uint16
	Profile          Profile
	Started          Instant
	LastSeen         Instant
	TimeoutLeft      time.Duration // more than 0 in a listing
	TimeoutTotal     time.Duration
	Packets, Bytes   [2]uint64 // by Direction
	Flags            Flags
}

// NAT reports whether the session is translated.
func (v *View) NAT() bool { return v.Flags&(SourceNAT|DestinationNAT) != 0 }

func (t *Table) view(r ref, now Instant) View {
	return t.viewOf(t.sessions.at(r), t.sessions.cold(r), t.id(r), now)
}

func (t *Table) viewOf(s *session, c *cold, id uint64, now Instant) View {
	return View{
		ID:           id,
		Original:     s.key(Original),
		Reply:        s.key(Reply),
		State:        phaseWords[s.phase],
		Timer:        s.timer,
		Rule:         s.rule,
		Generation:   s.generation,
		DstRule:      c.dstRule,
		SrcRule:      c.srcRule,
		Profile:      t.termsOf(s).Profile,
		Started:      c.started,
		LastSeen:     s.seen,
		TimeoutLeft:  time.Duration(s.expires - now),
		TimeoutTotal: t.termsOf(s).Timeouts[s.timer],
		Packets:      s.packets,
		Bytes:        s.bytes,
		Flags:        s.flags &^ (reported | turned),
	}
}
