package conf

import "path/filepath"

func (t *TUN) read(v value) {
	v.read([]field{
		{"driver", func(v value) { v.setWord(&t.Driver, DriverAuto, DriverVnet, DriverWireguard, DriverWater) }},
		{"queues", func(v value) { v.setInt(&t.Queues, 0, MaxQueues) }},
		{"queue_length", func(v value) { v.setInt(&t.QueueLength, 64, MaxQueueLength) }},
		{"busy_poll", func(v value) { v.setDuration(&t.BusyPoll, 0, MaxBusyPoll) }},
	})
}

func (l *Log) read(v value) {
	v.read([]field{
		{"level", func(v value) { v.setWord(&l.Level, "debug", "info", "warn", "error") }},
		{"format", func(v value) { v.setWord(&l.Format, "auto", "console", "json") }},
		{"file", func(v value) { v.setPath(&l.File) }},
		{"drops_per_second", func(v value) { v.setInt(&l.DropsPerSecond, 0, MaxDropsPerSecond) }},
	}, "syslog")
}

func (c *Control) read(v value) {
	v.read([]field{
		{"socket", func(v value) { v.setPath(&c.Socket); c.checkSocket(v) }},
		{"group", func(v value) { v.setText(&c.Group) }},
		{"history", func(v value) { v.setPath(&c.History) }},
	}, "listen", "token_file")
}

// maxSocketPath is what fits into sockaddr_un with its final zero (unix(7)).
const maxSocketPath = 107

func (c *Control) checkSocket(v value) {
	if len(c.Socket) > maxSocketPath {
		v.fail("longer than the %d bytes that a socket's path may have", maxSocketPath)
	}
}

// setPath is an absolute path, so that it means the same wherever the program
// is started.
func (v value) setPath(to *string) {
	s, ok := v.text()
	switch {
	case !ok:
	case !filepath.IsAbs(s):
		v.fail("%q is not an absolute path", s)
	default:
		*to = filepath.Clean(s)
	}
}
