package main

var fragmentRows = []experiment{{
	ids: "S19", name: "A complete TCP packet in fragments, an ACK that no SYN went before",
	paper: "accepted, entered for 3600 s, sent on as fragments",
	do:    fragmentedACK,
	fw1:   "passes as 24+24+12, entry of 3600 s", strict: "dropped (no-session), no entry", loose: "passes as 24+24+12, entry of 30 s",
}, {
	ids: "S19 S25", name: "Data of an open connection in fragments",
	paper: "accepted, fragmented again",
	do:    fragmentedData("fragment(%s, fragsize=24)"),
	fw1:   "passes as 24+24+12", strict: "passes as 24+24+12",
}, {
	ids: "S19 S25", name: "Data of an open connection in fragments, the last one first",
	paper: "some type of reassembly must go on",
	do:    fragmentedData("fragment(%s, fragsize=24)[::-1]"),
	fw1:   "passes as 24+24+12", strict: "passes as 24+24+12",
}, {
	ids: "S20", name: "A single fragment of an open connection",
	paper: "neither accepted nor logged",
	do:    incomplete,
	fw1:   "dropped (frag-timeout), not logged", strict: "dropped (frag-timeout), logged",
}, {
	ids: "S21", name: "jolt2: 300 times the same incomplete fragment, a client meanwhile",
	paper: "they neither pass nor are logged; resources are consumed",
	do:    jolt2,
	fw1:   "0 pass, not logged; the client gets through", strict: "0 pass, logged; the client gets through",
}, {
	ids: "S22", name: "SYN scan in fragments of 16 bytes (`nmap -sS -ff`)",
	paper: "dropped and logged, \"TCP packet too short\"",
	do:    shortScan,
	fw1:   "dropped (frag-short, frag-timeout), logged", strict: "dropped (frag-short, frag-timeout), logged",
}, {
	ids: "S22", name: "SYN in fragments of 24 bytes (`nmap -sS --mtu 24`), its header whole",
	paper: "24 bytes are enough",
	do:    wholeScan,
	fw1:   "passes as 24+24+6", strict: "passes as 24+24+6",
}, {
	ids: "S22", name: "SYN in fragments of 24 bytes, its header of 40",
	paper: "24 bytes are enough",
	do:    longHeader,
	fw1:   "passes as 24+24+12", strict: "dropped (frag-short, frag-timeout)",
}, {
	ids: "S23", name: "UDP, ICMP in fragments of 8 bytes",
	paper: "any multiple of 8 is accepted",
	do:    small,
	fw1:   "UDP passes as 8+8+8; ICMP passes as 8+8+8", strict: "UDP passes as 8+8+8; ICMP passes as 8+8+8",
}, {
	ids: "S24", name: "UDP in fragments of 12 bytes",
	paper: "neither accepted nor logged",
	do:    odd,
	fw1:   "dropped (frag-bad-length, frag-timeout), not logged", strict: "dropped (frag-bad-length, frag-timeout), logged",
}}
