package main

import "fmt"

var closingRows = []experiment{{
	ids: "S14", name: "FIN in an open connection",
	paper: "3600 s become 50 s",
	do:    closedBy(segment{flags: "FA"}),
	fw1:   "passes, entry of 50 s", strict: "passes, entry of 7440 s",
}, {
	ids: "S14", name: "RST in an open connection, its number exact",
	paper: "3600 s become 50 s",
	do:    closedBy(segment{flags: "R"}),
	fw1:   "passes, entry of 50 s", strict: "passes, entry of 10 s",
}, {
	ids: "S14", name: "Forged RST, its number made up",
	paper: "3600 s become 50 s",
	do:    closedBy(segment{flags: "R", seq: 1 << 30}),
	fw1:   "passes, entry of 50 s", strict: "dropped (rst-invalid), entry of 7440 s",
}, {
	ids: "S14 S15", name: "Forged FIN, its number made up",
	paper: "3600 s become 50 s",
	do:    closedBy(segment{flags: "FA", seq: 1 << 30}),
	fw1:   "passes, entry of 50 s", strict: "dropped (out-of-window), entry of 7440 s",
}, {
	ids: "S15", name: "Packets after the RST, seconds later",
	paper: "each sets the clock to 50 s again",
	do:    rearm,
	fw1:   "clock starts again", strict: "clock runs on",
}, {
	ids: "S14 J11", name: "The timeout after a RST passes; then the server sends on",
	paper: "the connection is removed",
	setup: setup{state: "[state.timeouts]\ntcp_closing = \"1s\"\ntcp_reset = \"1s\""},
	do:    expiry,
	fw1:   "no entry, dropped (policy)", strict: "no entry, dropped (no-session)", loose: "no entry, dropped (policy)",
}}

// closedBy has the server close an open connection in this way.
func closedBy(s segment) func(*bench) string {
	return func(b *bench) string {
		c := b.talk(25).open()
		return c.fromServer(s).fate() + ", " + c.entry()
	}
}

func rearm(b *bench) string {
	c := b.talk(25).open()
	c.fromServer(segment{flags: "R"})
	runsOn := func() bool { s := b.session(c.cport, c.sport); return s != nil && s.TimeoutLeft < s.TimeoutTotal-1 }
	eventually("the clock runs", runsOn)
	c.fromClient(segment{flags: "A"})
	if runsOn() {
		return "clock runs on"
	}
	return "clock starts again"
}

func expiry(b *bench) string {
	c := b.talk(25).open()
	c.fromServer(segment{flags: "R"})
	eventually("the entry is removed", func() bool { return b.session(c.cport, c.sport) == nil })
	return fmt.Sprintf("%s, %s", c.entry(), c.fromServer(segment{flags: "A"}).fate())
}
