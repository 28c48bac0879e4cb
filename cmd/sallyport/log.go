package main

import (
	"os"

	"github.com/rs/zerolog"

	"sallyport/conf"
)

// logTime is RFC 3339 with milliseconds.
const logTime = "2006-01-02T15:04:05.000Z07:00"

// newLog returns a log as the settings want it: on standard error unless they
// name a file, readable on a terminal and JSON otherwise.
func newLog(s conf.Log) (log zerolog.Logger, closeLog func() error, err error) {
	level, err := zerolog.ParseLevel(s.Level)
	if err != nil {
		return log, nil, usagef("log level: %w", err)
	}
	out, closeLog := os.Stderr, func() error { return nil }
	if s.File != "" {
		if out, err = os.OpenFile(s.File, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o640); err != nil {
			return log, nil, err
		}
		closeLog = out.Close
	}
	terminal := columns(out) > 0
	zerolog.TimeFieldFormat = logTime
	log = zerolog.New(out)
	if s.Format == "console" || s.Format == "auto" && terminal {
		log = zerolog.New(zerolog.ConsoleWriter{Out: out, NoColor: !terminal, TimeFormat: "15:04:05.000"})
	}
	zerolog.SetGlobalLevel(level) // which a reload changes
	return log.With().Timestamp().Logger(), closeLog, nil
}
