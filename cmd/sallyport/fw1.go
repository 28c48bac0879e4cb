package main

import (
	"fmt"

	"sallyport/appliance/control"
)

// The words and numbers of FireWall-1's connections table, as Check Point's
// reference guide to version 4.1 has them (appendix A, r_ctype and r_cflags).
const (
	fw1TCP         = 0x0001
	fw1UDP         = 0x0002
	fw1FINs        = 0x3000 // both ends have sent one
	fw1Established = 0x4000
	fw1Unknown     = 0xff // an interface that nothing was seen on
)

// fw1Table has the columns of Lance Spitzner's fwtable.
func (c *cli) fw1Table() *table {
	c.printf("%31s---- FW-1 CONNECTIONS TABLE ----\n\n", "")
	return c.table(
		column{title: "Src_IP"}, column{title: "Src_Prt"}, column{title: "Dst_IP"}, column{title: "Dst_Prt"},
		column{title: "IP_prot"}, column{title: "Kbuf"}, column{title: "Type"}, column{title: "Flags"}, column{title: "Timeout"})
}

// fw1Rows are the entries of a session: FireWall-1 made a second one of UDP,
// with destination port 0.
func fw1Rows(s *control.Session) [][]string {
	rows := [][]string{fw1Row(s, s.Original.Dport)}
	if s.Profile == "fw1" && s.Protocol == "udp" {
		rows = append(rows, fw1Row(s, 0))
	}
	return rows
}

func fw1Row(s *control.Session, dport uint16) []string {
	return []string{
		s.Original.Src.String(), fmt.Sprint(s.Original.Sport), s.Original.Dst.String(), fmt.Sprint(dport),
		fmt.Sprint(s.ProtocolNumber()), "0", fmt.Sprint(fw1Type(s)), fw1Flags(s),
		fmt.Sprintf("%d/%d", s.TimeoutLeft, s.TimeoutTotal),
	}
}

// fw1Type is the protocol, and how far a TCP connection is.
func fw1Type(s *control.Session) int {
	kind := fw1Established
	switch s.State {
	case "syn-sent", "syn-sent2", "syn-received":
		kind = 0
	case "closing", "last-ack", "time-wait":
		kind |= fw1FINs
	}
	switch s.Protocol {
	case "tcp":
		return kind | fw1TCP
	case "udp":
		return kind | fw1UDP
	}
	return kind
}

// fw1Flags is the interface in the direction of the source, that in the
// direction of the destination as far as it has answered, and two bytes for
// what this firewall does not have: the kind of a helper's connection, ff for
// none, and accounting.
func fw1Flags(s *control.Session) string {
	return fmt.Sprintf("%02x%02xff00", fw1Interface(s, s.Original.In, 0), fw1Interface(s, s.Reply.In, 1))
}

func fw1Interface(s *control.Session, side string, direction int) int {
	switch {
	case s.Packets[direction] == 0:
		return fw1Unknown
	case side == "inside":
		return 1
	}
	return 2
}
