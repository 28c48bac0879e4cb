package appliance

import (
	"fmt"

	"sallyport/conf"
	"sallyport/netstack"
)

// setting is a value of a configuration under the name it is written by.
type setting struct {
	key   string
	value any
}

// fixed are the settings that a process keeps for life: its devices, its sockets
// and the size of its tables.
func fixed(s *conf.Settings) (all []setting) {
	for side := range netstack.Side(netstack.Sides) {
		c := &s.Sides[side]
		all = append(all, setting{side.String() + ".interface", c.Where()}, setting{side.String() + ".tun", c.TUN})
	}
	f := s.State.Fragments
	return append(all,
		setting{"tun.driver", s.TUN.Driver}, setting{"tun.queues", s.TUN.Queues}, setting{"tun.queue_length", s.TUN.QueueLength},
		setting{"tun.busy_poll", s.TUN.BusyPoll},
		setting{"state.max_sessions", s.State.MaxSessions},
		setting{"state.fragments.max_bytes", f.MaxBytes}, setting{"state.fragments.max_datagrams", f.MaxDatagrams},
		setting{"state.fragments.per_source", f.PerSource}, setting{"state.fragments.timeout", f.Timeout},
		setting{"state.snapshot", s.State.Snapshot}, setting{"state.snapshot_interval", s.State.SnapshotInterval},
		setting{"log.format", s.Log.Format}, setting{"log.file", s.Log.File},
		setting{"control.socket", s.Control.Socket}, setting{"control.group", s.Control.Group},
		setting{"control.history", s.Control.History})
}

// wantRestart refuses settings of which a part could only be ignored. They were
// read from files.
func wantRestart(was, is *conf.Settings) error {
	var changed []conf.Objection
	before := fixed(was)
	for i, s := range fixed(is) {
		if s != before[i] {
			changed = append(changed, conf.Objection{Key: s.key, Message: fmt.Sprintf("%s: %s -> %s needs a restart; set it back, or restart",
				s.key, written(before[i].value), written(s.value))})
		}
	}
	if len(changed) == 0 {
		return nil
	}
	return is.Faults(changed...)
}

func written(v any) string {
	if text, ok := v.(string); ok {
		return fmt.Sprintf("%q", text)
	}
	return fmt.Sprint(v)
}
