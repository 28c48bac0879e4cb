// Package calendar says when something holds by the clocks of a place: on which
// days, at which hours, between which dates.
//
// A clock's hands are put forward and back. A time that they jump over is the
// moment of the jump, and one that they show twice is the first of the two: so
// every time of every day is one moment, later times are never earlier moments,
// and what ends at two o'clock ends exactly when what starts at two o'clock
// starts.
//
// It owns no clock: time is a parameter. It carries the time zones of the world
// with it, as a container may have none. conf makes schedules of a file.
package calendar

import _ "time/tzdata"
